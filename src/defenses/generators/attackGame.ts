import * as tf from '@tensorflow/tfjs-core';
import { forget } from '../surrogates/architecture.ts';
import type { LabeledPixels, TrainingBatch } from '../training/objective.ts';
import { fractionRight } from './fractionRight.ts';
import type { Game, GameContext, GameStep, GeneratorParameters, Measured } from './generatorDefinition.ts';
import { imageCritic, imageToImage } from './networks.ts';
import { Player } from './player.ts';

export interface AdvganParameters extends GeneratorParameters {
  /** Largest change of a value, in the pixel range [0, 1]. */
  readonly epsilon: number;
  /** λ_adv, λ_pert, and the length in l2 up to which a perturbation costs nothing. */
  readonly adversarialWeight: number;
  readonly perturbationWeight: number;
  readonly hinge: number;
}

/** By how much, in logits, the wrong class is to lead. To ask for more would cost images that are not fooled yet. */
const lead = 1;

/** The training of an AdvGAN: a generator of perturbations, a critic, and the classifier that is to be fooled. */
export class AttackGame implements Game {
  readonly #context: GameContext;
  readonly #parameters: AdvganParameters;
  readonly #attacker: Player;
  readonly #critic: Player;

  constructor(context: GameContext, parameters: AdvganParameters) {
    const { shape, seed } = context;
    this.#context = context;
    this.#parameters = parameters;
    const [generator, critic] = [imageToImage(shape), imageCritic(shape, [8, 16, 32])];
    forget(generator, seed);
    forget(critic, seed + 1);
    this.#attacker = new Player(generator);
    this.#critic = new Player(critic);
  }

  get generator() {
    return this.#attacker.network;
  }

  get variables(): readonly tf.Variable[] {
    return [...this.#attacker.variables, ...this.#critic.variables];
  }

  step({ images, labels }: TrainingBatch, { learningRate, step }: GameStep): number {
    const { adversarialWeight, perturbationWeight, hinge } = this.#parameters;
    const perturb = () => this.#perturbed(images, this.#attacker.respond(images));
    const shown = perturb();
    const isReal = (x: tf.Tensor) => this.#critic.respond(x);
    // Least squares (Mao et al. 2017, arXiv:1611.04076, equation 9): real images are 1, others 0.
    this.#critic.learn(
      () => tf.add(tf.mean(tf.squaredDifference(isReal(images), 1)), tf.mean(tf.square(isReal(shown)))) as tf.Scalar,
      learningRate,
      step,
    );
    const slope = this.#slope(shown, labels);
    return this.#attacker.learn(
      () => {
        const adversarial = perturb();
        const length = tf.sqrt(tf.add(tf.sum(tf.square(tf.sub(adversarial, images)), [1, 2, 3]), 1e-12));
        const size = images.shape[0];
        return tf.addN([
          tf.mean(tf.squaredDifference(isReal(adversarial), 1)),
          // The gradient of L_adv at these images, so that the classifier itself is on no tape.
          tf.mul(tf.sum(tf.mul(adversarial, slope)), adversarialWeight / size),
          tf.mul(tf.mean(tf.relu(tf.sub(length, hinge))), perturbationWeight),
        ]) as tf.Scalar;
      },
      learningRate,
      step,
    );
  }

  async measure(set: LabeledPixels, signal: AbortSignal): Promise<Measured> {
    const { judge, target } = this.#context;
    const attack = (images: tf.Tensor4D) => this.#perturbed(images, this.generator.predict(images) as tf.Tensor);
    const plain = await fractionRight(judge, set, this.#context, (images) => images, signal);
    const robust = await fractionRight(judge, set, this.#context, attack, signal, target);
    return { cleanAccuracy: plain, robustAccuracy: robust };
  }

  dispose(): void {
    this.#attacker.dispose();
    this.#critic.dispose();
  }

  /** x + clip(tanh a, ±ε) within [0, 1], where a is what the network gives. */
  #perturbed(images: tf.Tensor4D, response: tf.Tensor): tf.Tensor4D {
    const { epsilon } = this.#parameters;
    const change = tf.clipByValue(tf.tanh(response), -epsilon, epsilon);
    return tf.clipByValue(tf.add(images, change), 0, 1) as tf.Tensor4D;
  }

  /**
   * The gradient of L_adv with respect to each image: of max(0, z_label − max z_other + κ), or with a target of
   * max(0, max z_other − z_target + κ) (Carlini & Wagner 2017, as the paper's equation 3 has it).
   */
  #slope(images: tf.Tensor4D, labels: tf.Tensor2D): tf.Tensor4D {
    const { judge, target, classes } = this.#context;
    const own =
      target === undefined
        ? labels
        : (tf.tile(tf.oneHot(tf.tensor1d([target], 'int32'), classes), [images.shape[0], 1]) as tf.Tensor2D);
    return judge.gradient(images, (logits) => {
      const others = tf.sub(logits, tf.mul(own, 1e9));
      const rival = tf.oneHot(tf.argMax(others, 1), classes);
      const gap = tf.sub(tf.sum(tf.mul(logits, own), 1, true), tf.max(others, 1, true));
      const [sign, behind] = target === undefined ? [1, tf.greater(gap, -lead)] : [-1, tf.less(gap, lead)];
      return tf.mul(tf.mul(tf.sub(own, rival), sign), tf.cast(behind, 'float32')) as tf.Tensor2D;
    });
  }
}
