import * as tf from '@tensorflow/tfjs-core';
import { forget } from '../surrogates/architecture.ts';
import { ascendCrossEntropy, atTheImage } from '../training/innerAttack.ts';
import type { LabeledPixels, TrainingBatch } from '../training/objective.ts';
import { fractionRight } from './fractionRight.ts';
import type { Game, GameContext, GameStep, GeneratorParameters, Measured } from './generatorDefinition.ts';
import { imageCritic, imageToImage } from './networks.ts';
import { Player } from './player.ts';

export interface ApeganParameters extends GeneratorParameters {
  /** Budget of the examples that it learns from, in the pixel range [0, 1]. */
  readonly epsilon: number;
  readonly distanceWeight: number;
  readonly criticWeight: number;
}

/** As in DCGAN, which the paper builds on. */
const beta1 = 0.5;

/** The training of an APE-GAN: a purifier, and a critic that tells what it purified from clean images. */
export class PurifierGame implements Game {
  readonly #context: GameContext;
  readonly #parameters: ApeganParameters;
  readonly #purifier: Player;
  readonly #critic: Player;

  constructor(context: GameContext, parameters: ApeganParameters) {
    const { shape, seed } = context;
    this.#context = context;
    this.#parameters = parameters;
    const [purifier, critic] = [imageToImage(shape), imageCritic(shape, [16, 32, 64])];
    forget(purifier, seed);
    forget(critic, seed + 1);
    this.#purifier = new Player(purifier, beta1);
    this.#critic = new Player(critic, beta1);
  }

  get generator() {
    return this.#purifier.network;
  }

  get variables(): readonly tf.Variable[] {
    return [...this.#purifier.variables, ...this.#critic.variables];
  }

  step({ images, labels }: TrainingBatch, { learningRate, step }: GameStep): number {
    const { distanceWeight, criticWeight } = this.#parameters;
    const adversarial = this.#attacked(images, labels);
    const purify = () => purified(adversarial, this.#purifier.respond(adversarial));
    const shown = purify();
    const verdict = (x: tf.Tensor) => this.#critic.respond(x);
    // −log σ(z) is softplus(−z), and −log(1 − σ(z)) is softplus(z).
    this.#critic.learn(
      () => tf.add(tf.mean(tf.softplus(tf.neg(verdict(images)))), tf.mean(tf.softplus(verdict(shown)))) as tf.Scalar,
      learningRate,
      step,
    );
    return this.#purifier.learn(
      () => {
        const cleaned = purify();
        return tf.add(
          tf.mul(tf.mean(tf.squaredDifference(cleaned, images)), distanceWeight),
          tf.mul(tf.mean(tf.softplus(tf.neg(verdict(cleaned)))), criticWeight),
        ) as tf.Scalar;
      },
      learningRate,
      step,
    );
  }

  /** Of images as they are, and of those that FGSM makes of them for the model alone, both purified. */
  async measure(set: LabeledPixels, signal: AbortSignal): Promise<Measured> {
    const { judge } = this.#context;
    const purify = (images: tf.Tensor4D) => purified(images, this.generator.predict(images) as tf.Tensor);
    const clean = await fractionRight(judge, set, this.#context, purify, signal);
    const attacked = (images: tf.Tensor4D, labels: tf.Tensor2D) => purify(this.#attacked(images, labels));
    const robust = await fractionRight(judge, set, this.#context, attacked, signal);
    return { cleanAccuracy: clean, robustAccuracy: robust };
  }

  dispose(): void {
    this.#purifier.dispose();
    this.#critic.dispose();
  }

  /** One step of FGSM on the model alone. */
  #attacked(images: tf.Tensor4D, labels: tf.Tensor2D): tf.Tensor4D {
    const { epsilon } = this.#parameters;
    const how = { epsilon, stepSize: epsilon, steps: 1, start: atTheImage };
    return ascendCrossEntropy(this.#context.judge, images, labels, how);
  }
}

/** x + tanh a within [0, 1], where a is what the network gives. */
function purified(images: tf.Tensor4D, response: tf.Tensor): tf.Tensor4D {
  return tf.clipByValue(tf.add(images, tf.tanh(response)), 0, 1) as tf.Tensor4D;
}
