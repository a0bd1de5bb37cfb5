import * as tf from '@tensorflow/tfjs-core';
import { UserError } from '../../../userError.ts';

/** A factor and a shift of each channel, both of shape [channels]. */
export interface Affine {
  readonly scale: tf.Tensor;
  readonly offset: tf.Tensor;
}

/**
 * A batch normalization at inference: y = scale · x + offset.
 * @throws UserError when its epsilon is no number, which TensorFlow.js does not check.
 */
export function normalizationAsAffine(
  config: Readonly<Record<string, unknown>>,
  weights: readonly tf.Tensor[],
): Affine {
  const { epsilon } = config;
  if (typeof epsilon !== 'number') {
    throw new UserError(
      `The batch normalization "${config.name}" has ${JSON.stringify(epsilon)} as "epsilon", where there must be a number. Export the model again.`,
    );
  }
  const rest = [...weights];
  const gamma = config.scale ? rest.shift() : undefined;
  const beta = config.center ? rest.shift() : undefined;
  const [mean, variance] = rest as [tf.Tensor, tf.Tensor];
  const inverse = tf.rsqrt(tf.add(variance, epsilon));
  const scale = gamma ? tf.mul(inverse, gamma) : inverse;
  const shift = tf.neg(tf.mul(mean, scale));
  return { scale, offset: beta ? tf.add(shift, beta) : shift };
}

/** An affine map along one of several axes: its factor and shift, broadcast over the axes after it. */
export function alongAxis({ scale, offset }: Affine, axis: number, rank: number): Affine {
  const dims = [scale.size, ...Array.from({ length: rank - 1 - axis }, () => 1)];
  return { scale: tf.reshape(scale, dims), offset: tf.reshape(offset, dims) };
}

/**
 * Folds what follows a linear operation into its weights: (W x + b) · scale + offset = (W · scale) x + (b · scale + offset),
 * scale and offset being given for each output, which are the last dimensions of W.
 */
export function foldAffine(
  kernel: tf.Tensor,
  bias: tf.Tensor | undefined,
  { scale, offset }: Affine,
): readonly [kernel: tf.Tensor, bias: tf.Tensor] {
  // A depthwise filter has its outputs in two dimensions, channel and multiplier; other filters in one.
  const outputs = kernel.shape.slice(kernel.shape.at(-1) === scale.size ? -1 : -2);
  const product = tf.mul(kernel, tf.reshape(scale, outputs));
  return [product, bias ? tf.add(tf.mul(bias, scale), offset) : tf.clone(offset)];
}
