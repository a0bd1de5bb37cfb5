import * as tf from '@tensorflow/tfjs-core';
import { crossEntropy } from '../losses.ts';

/** Logits of a batch, [N, classes] each: Z*, which decides, and Z′. */
export interface Heads {
  readonly locked: tf.Tensor2D;
  readonly auxiliary: tf.Tensor2D;
}

/** The desired answers for a batch, one-hot, [N, classes] each: the labels and their partners. */
export interface Answers {
  readonly labels: tf.Tensor2D;
  readonly partners: tf.Tensor2D;
}

/** The largest −log p of the printed loss, for p = 1e-7: where Keras clips probabilities. */
const ceiling = -Math.log(1e-7);

/**
 * The loss of collaborative multi-task training (Wang et al., eq. 9 and 10), for label y and partner r; the mean over
 * the batch:
 *
 *     J = 0.4 CE(Z*(x), y) + 0.4 CE(Z*(x_adv), y) + 0.2 · ½ { CE(Z′(x), r) + away(Z′(x_adv), r) }
 *
 * Equation 10 prints away = −CE, which has no lower bound. With `bounded` it is −log(1 − p_r), which also falls with
 * p_r, and is at least 0; without, it is −CE cut off at p_r = 1e-7.
 */
export function collaborativeLoss(clean: Heads, adversarial: Heads, answers: Answers, bounded: boolean): tf.Scalar {
  const { labels, partners } = answers;
  const away = bounded ? minusLogOfRest : minusCrossEntropy;
  const label = tf.mul(tf.add(crossEntropy(clean.locked, labels), crossEntropy(adversarial.locked, labels)), 0.4);
  const auxiliary = tf.add(crossEntropy(clean.auxiliary, partners), away(adversarial.auxiliary, partners));
  return tf.add(label, tf.mul(auxiliary, 0.2 / 2));
}

/** Mean of log p of the target, at least log 1e-7. */
function minusCrossEntropy(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar {
  return tf.mean(tf.maximum(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), 1), -ceiling));
}

/** Mean of −log(1 − p) of the target, from logarithms of sums: 1 − p would be lost to rounding for a certain target. */
function minusLogOfRest(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar {
  const rest = tf.sub(logits, tf.mul(targets, 1e9));
  return tf.mean(tf.sub(tf.logSumExp(logits, 1), tf.logSumExp(rest, 1)));
}
