import type * as tf from '@tensorflow/tfjs-core';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { Pixels } from '../../data/image.ts';
import type { Trainee } from './trainee.ts';

/** Images to learn from or to measure on, in the model's shape and in [0, 1], each with the index of its true class. */
export interface LabeledPixels {
  readonly images: readonly Pixels[];
  readonly labels: readonly number[];
}

/** Images of one training step. */
export interface TrainingBatch {
  /** [N, height, width, channels] in [0, 1]: preprocessing is the trainee's part. */
  readonly images: tf.Tensor4D;
  /** Their true classes, one-hot: float32 [N, classes]. */
  readonly labels: tf.Tensor2D;
}

/**
 * What a training defense minimizes. A training step calls `craft`, then `loss` within the tape, and follows the gradient
 * of the loss (and of the layers' own regularizers) with respect to the trainee's weights.
 */
export interface Objective {
  /** Images that join the training set, such as a stored set of adversarial examples. */
  readonly additional?: LabeledPixels;
  /**
   * Before the tape: the adversarial images of the batch for the current weights, [N, height, width, channels]. The
   * trainer frees them after the step. `random` belongs to the step: the same in a resumed training.
   */
  craft?(trainee: Trainee, batch: TrainingBatch, random: RandomGenerator): tf.Tensor4D;
  /**
   * Inside the tape: the mean loss of the batch, a scalar. `adversarial` is the result of `craft`, or the batch's own
   * images without `craft`.
   */
  loss(trainee: Trainee, batch: TrainingBatch, adversarial: tf.Tensor4D): tf.Scalar;
}
