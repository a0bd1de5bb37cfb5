import type * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { ImageShape } from '../../data/image.ts';
import type { ParametersOf } from '../../parameters/parameter.ts';
import type { TrainingPoint } from '../progress.ts';
import type { LabeledPixels, TrainingBatch } from '../training/objective.ts';
import type { ScheduleName } from '../training/schedule.ts';
import type { Trainee } from '../training/trainee.ts';

/** Parameters of every training of a generator. */
export interface GeneratorParameters {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly schedule: ScheduleName;
}

/** What a training of a generator begins with. */
export interface GameContext {
  readonly shape: ImageShape;
  readonly classes: number;
  /** The classifier that the generator is made for, or one that stands in for it. It is not changed. */
  readonly judge: Trainee;
  /** Index of the class that images are to be taken for; any wrong one if missing. */
  readonly target?: number;
  readonly seed: number;
}

/** One step of a training. */
export interface GameStep {
  readonly random: RandomGenerator;
  readonly learningRate: number;
  /** Steps done before. */
  readonly step: number;
}

/** What is measured of a generator after each epoch. */
export type Measured = Pick<TrainingPoint, 'cleanAccuracy' | 'robustAccuracy' | 'recognized' | 'diversity'>;

/** A generator in training, and whatever plays against it. */
export interface Game {
  readonly generator: tfl.LayersModel;
  /** All that changes: weights, and the states of optimizers. */
  readonly variables: readonly tf.Variable[];
  /** Changes the variables; returns the loss of the generator. Called in a scope that frees its tensors. */
  step(batch: TrainingBatch, step: GameStep): number;
  /** How good it is on images that it does not learn from. */
  measure(images: LabeledPixels, signal: AbortSignal): Promise<Measured>;
  /** Of a generator that draws from random numbers, images to look at, the same number of each class. */
  samples?(): LabeledPixels;
  dispose(): void;
}

/** Everything about a kind of generator: settings schema, quick pick, help and documentation come from here. */
export interface GeneratorDefinition<P extends GeneratorParameters = GeneratorParameters & Record<string, unknown>> {
  /** Its name in settings. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly source: string;
  readonly parameters: ParametersOf<P>;
  /**
   * What its network's numbers a stand for, from an image x: adversarial images x + clip(tanh a, ±ε), for which there can be a
   * target, and a surrogate of the model; or purified images x + tanh a; both clipped to [0, 1]. From random numbers and a class,
   * one-hot: samples σ(a).
   */
  readonly makes: 'adversarial' | 'purified' | 'samples';
  /** Sets the players up, with new weights drawn from the seed. TensorFlow.js is loaded here. */
  begin(context: GameContext, parameters: P): Promise<Game>;
}
