import * as tf from '@tensorflow/tfjs-core';
import type { Preprocessing } from '../../preprocessing.ts';

/** A network's input for images [N, height, width, channels] with RGB values in [0, 1]. */
export function scalePixels(images: tf.Tensor4D, preprocessing: Preprocessing): tf.Tensor4D {
  const { mean, std } = perChannel(images, preprocessing);
  return tf.div(tf.sub(order(images, preprocessing), mean), std);
}

/** The gradient with respect to the images, from that with respect to the result of `scalePixels`. */
export function throughScaling(gradient: tf.Tensor4D, preprocessing: Preprocessing): tf.Tensor4D {
  return order(tf.div(gradient, perChannel(gradient, preprocessing).std), preprocessing);
}

/** Swaps red and blue if the model needs it: its own inverse. */
function order(images: tf.Tensor4D, { channels }: Preprocessing): tf.Tensor4D {
  return channels === 'bgr' && images.shape[3] === 3 ? tf.reverse(images, -1) : images;
}

function perChannel({ shape }: tf.Tensor4D, { mean, std }: Preprocessing) {
  return { mean: tf.tensor1d(mean.slice(0, shape[3])), std: tf.tensor1d(std.slice(0, shape[3])) };
}
