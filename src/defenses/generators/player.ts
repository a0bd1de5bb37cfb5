import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { createOptimizer, type Optimizer } from '../training/optimizer.ts';

/** A network with an optimizer of its own: one side of a game. */
export class Player {
  readonly network: tfl.LayersModel;
  readonly #trainable: readonly tf.Variable[];
  readonly #optimizer: Optimizer;

  /** @param beta1 decay of Adam's mean. */
  constructor(network: tfl.LayersModel, beta1 = 0.9) {
    this.network = network;
    this.#trainable = network.trainableWeights.map((weight) => weight.read() as tf.Variable);
    this.#optimizer = createOptimizer('adam', this.#trainable, beta1);
  }

  /** Everything that changes when it learns. */
  get variables(): readonly tf.Variable[] {
    return [...this.network.weights.map((weight) => weight.read() as tf.Variable), ...this.#optimizer.state];
  }

  /** Its output in training: normalization by the batch, and part of the tape. */
  respond(input: tf.Tensor): tf.Tensor {
    return this.network.apply(input, { training: true }) as tf.Tensor;
  }

  /**
   * Follows the gradient of a loss one step down.
   * @returns the loss before it.
   */
  learn(loss: () => tf.Scalar, learningRate: number, step: number): number {
    const { value, grads } = tf.variableGrads(loss, [...this.#trainable]);
    const gradients = this.#trainable.map((variable) => grads[variable.name] ?? tf.zerosLike(variable));
    this.#optimizer.apply(gradients, learningRate, step);
    return value.dataSync()[0] as number;
  }

  dispose(): void {
    this.#optimizer.dispose();
    this.network.dispose();
  }
}
