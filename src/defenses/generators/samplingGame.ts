import { setImmediate as nextTurn } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import type { Pixels } from '../../data/image.ts';
import { normalVector } from '../../geometry/randomVector.ts';
import { forget } from '../surrogates/architecture.ts';
import type { LabeledPixels, TrainingBatch } from '../training/objective.ts';
import { randomnessOf } from '../training/randomness.ts';
import { diversityOf } from './diversity.ts';
import type { Game, GameContext, GameStep, GeneratorParameters, Measured } from './generatorDefinition.ts';
import { classCritic, vectorToImage } from './networks.ts';
import { Player } from './player.ts';

export interface DcganParameters extends GeneratorParameters {
  /** Random numbers that a sample is drawn from. */
  readonly latent: number;
  /** How images are projected onto what it draws, where it purifies: see `projectedClassifier`. */
  readonly projectionSteps: number;
  readonly projectionRate: number;
}

const beta1 = 0.5;

/** Samples of each class that are drawn to be looked at, and to be measured. */
const samplesAClass = 10;

/** The training of a DCGAN: an artist, a critic, and a classifier that says what it recognizes. */
export class SamplingGame implements Game {
  readonly #context: GameContext;
  readonly #parameters: DcganParameters;
  readonly #artist: Player;
  readonly #critic: Player;

  constructor(context: GameContext, parameters: DcganParameters) {
    const { shape, classes, seed } = context;
    this.#context = context;
    this.#parameters = parameters;
    const artist = vectorToImage(parameters.latent + classes, shape);
    const critic = classCritic(shape, classes);
    forget(artist, seed);
    forget(critic, seed + 1);
    this.#artist = new Player(artist, beta1);
    this.#critic = new Player(critic, beta1);
  }

  get generator() {
    return this.#artist.network;
  }

  get variables(): readonly tf.Variable[] {
    return [...this.#artist.variables, ...this.#critic.variables];
  }

  step({ images, labels }: TrainingBatch, { random, learningRate, step }: GameStep): number {
    const { latent } = this.#parameters;
    const count = labels.shape[0];
    const noise = tf.tensor2d(Float32Array.from(normalVector(count * latent, random)), [count, latent]);
    const draw = () => tf.sigmoid(this.#artist.respond(tf.concat([noise, labels], 1)));
    const shown = draw();
    const verdict = (x: tf.Tensor) => verdictOn(this.#critic.respond(x) as tf.Tensor2D, labels);
    // −log σ(z) is softplus(−z), and −log(1 − σ(z)) is softplus(z); real images count for 0.9 (Salimans et al. 2016).
    this.#critic.learn(
      () => {
        const real = verdict(images);
        const [asReal, asDrawn] = [tf.mean(tf.softplus(tf.neg(real))), tf.mean(tf.softplus(real))];
        return tf.addN([tf.mul(asReal, 0.9), tf.mul(asDrawn, 0.1), tf.mean(tf.softplus(verdict(shown)))]) as tf.Scalar;
      },
      learningRate,
      step,
    );
    return this.#artist.learn(() => tf.mean(tf.softplus(tf.neg(verdict(draw())))) as tf.Scalar, learningRate, step);
  }

  /** How many of a few samples of each class the classifier takes for that class, and how different they are. */
  async measure(real: LabeledPixels, signal: AbortSignal): Promise<Measured> {
    const { judge, classes } = this.#context;
    await nextTurn();
    signal.throwIfAborted();
    const { images, labels } = this.samples();
    const found = tf.tidy(() => tf.argMax(judge.predict(this.#tensorOf(images)), 1).dataSync());
    const recognized = labels.filter((label, i) => found[i] === label).length / labels.length;
    return { recognized, diversity: diversityOf({ images, labels }, real, classes) };
  }

  /** The same number of samples of each class, always from the same random numbers. */
  samples(): LabeledPixels {
    const { classes, seed, shape } = this.#context;
    const { latent } = this.#parameters;
    const labels = Array.from({ length: classes * samplesAClass }, (_, i) => Math.floor(i / samplesAClass));
    const random = randomnessOf(seed, 'samples');
    const pixels = tf.tidy(() => {
      const numbers = Float32Array.from(normalVector(labels.length * latent, random));
      const noise = tf.tensor2d(numbers, [labels.length, latent]);
      const wanted = tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), classes), 'float32');
      return tf.sigmoid(this.generator.predict(tf.concat([noise, wanted], 1)) as tf.Tensor).dataSync() as Float32Array;
    });
    const size = shape.height * shape.width * shape.channels;
    return { images: labels.map((_, i) => pixels.slice(i * size, (i + 1) * size)), labels };
  }

  dispose(): void {
    this.#artist.dispose();
    this.#critic.dispose();
  }

  #tensorOf(images: readonly Pixels[]): tf.Tensor4D {
    const { height, width, channels } = this.#context.shape;
    const size = height * width * channels;
    const pixels = new Float32Array(images.length * size);
    for (const [i, image] of images.entries()) pixels.set(image, i * size);
    return tf.tensor4d(pixels, [images.length, height, width, channels]);
  }
}

/** What a critic says of images of these classes: its number for any class, and that for theirs. */
function verdictOn(said: tf.Tensor2D, labels: tf.Tensor2D): tf.Tensor {
  const [count, classes] = labels.shape;
  const ofClass = tf.sum(tf.mul(tf.slice(said, [0, 1], [count, classes]), labels), 1);
  return tf.add(tf.squeeze(tf.slice(said, [0, 0], [count, 1]), [1]), ofClass);
}
