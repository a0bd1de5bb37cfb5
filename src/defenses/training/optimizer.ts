import * as tf from '@tensorflow/tfjs-core';
import type { OptimizerName } from './commonParameters.ts';

/** An optimizer whose state can be saved and restored, bit for bit. */
export interface Optimizer {
  /** Its state: for each variable, as many tensors of its shape as the method needs. */
  readonly state: readonly tf.Variable[];
  /**
   * Changes the variables.
   * @param gradients one per variable, in their order.
   * @param step steps done before.
   */
  apply(gradients: readonly tf.Tensor[], learningRate: number, step: number): void;
  dispose(): void;
}

/**
 * An optimizer of these variables in its initial state.
 * @param beta1 decay of Adam's mean of gradients.
 */
export function createOptimizer(name: OptimizerName, variables: readonly tf.Variable[], beta1 = 0.9): Optimizer {
  const memories = { adam: 2, sgd: 1 }[name];
  const state = variables.flatMap((variable) =>
    Array.from({ length: memories }, () => tf.tidy(() => tf.variable(tf.zeros(variable.shape), false))),
  );
  const rule = { adam, sgd }[name];
  return {
    state,
    apply: (gradients, learningRate, step) =>
      tf.tidy(() => {
        for (const [i, variable] of variables.entries()) {
          const memory = state.slice(i * memories, (i + 1) * memories);
          variable.assign(tf.sub(variable, rule(memory, gradients[i] as tf.Tensor, learningRate, step, beta1)));
        }
      }),
    dispose: () => tf.dispose([...state]),
  };
}

/** Adam (Kingma & Ba 2015, arXiv:1412.6980, algorithm 1), with β₂ = 0.999 and ε = 1e-7, as in Keras. */
function adam(
  [mean, square]: readonly tf.Variable[],
  gradient: tf.Tensor,
  learningRate: number,
  step: number,
  beta1: number,
): tf.Tensor {
  const [beta2, epsilon] = [0.999, 1e-7];
  const m = tf.add(tf.mul(mean as tf.Tensor, beta1), tf.mul(gradient, 1 - beta1));
  const v = tf.add(tf.mul(square as tf.Tensor, beta2), tf.mul(tf.square(gradient), 1 - beta2));
  mean?.assign(m);
  square?.assign(v);
  const unbiasedM = tf.div(m, 1 - beta1 ** (step + 1));
  const unbiasedV = tf.div(v, 1 - beta2 ** (step + 1));
  return tf.mul(tf.div(unbiasedM, tf.add(tf.sqrt(unbiasedV), epsilon)), learningRate);
}

/** Gradient descent with a momentum of 0.9 (Sutskever et al. 2013): the velocity is 0.9 of the one before, plus the gradient. */
function sgd([velocity]: readonly tf.Variable[], gradient: tf.Tensor, learningRate: number): tf.Tensor {
  const v = tf.add(tf.mul(velocity as tf.Tensor, 0.9), gradient);
  velocity?.assign(v);
  return tf.mul(v, learningRate);
}
