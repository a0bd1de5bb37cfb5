import * as tf from '@tensorflow/tfjs-core';

/** Mean over the batch of −Σ target · log softmax(logits); both are [N, classes]. */
export function crossEntropy(logits: tf.Tensor2D, target: tf.Tensor2D): tf.Scalar {
  return tf.neg(tf.mean(tf.sum(tf.mul(target, tf.logSoftmax(logits)), 1)));
}

/** Mean over the batch of KL(softmax(from) ‖ softmax(to)), with a gradient for both. */
export function divergence(from: tf.Tensor2D, to: tf.Tensor2D): tf.Scalar {
  const gap = tf.sub(tf.logSoftmax(from), tf.logSoftmax(to));
  return tf.mean(tf.sum(tf.mul(tf.softmax(from), gap), 1));
}
