import * as tf from '@tensorflow/tfjs-core';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { normalVector, uniformVector } from '../../geometry/randomVector.ts';
import { scaled } from '../../geometry/vector.ts';
import type { Trainee } from './trainee.ts';

/** Steepest ascent in linf within a budget. */
export interface InnerAttack {
  readonly epsilon: number;
  /** Length of a step, in units of the pixel range [0, 1]. */
  readonly stepSize: number;
  readonly steps: number;
  /** Starting point: an image, or a batch of them, [N, height, width, channels]. */
  start(images: tf.Tensor4D): tf.Tensor4D;
}

/**
 * The end points of xₜ₊₁ = Π(xₜ + α · sign(∇ₓ H(target, f(xₜ)))), where Π is the projection onto ε-ball ∩ [0, 1] and H
 * the cross-entropy (Madry et al. 2018, arXiv:1706.06083, section 2.1).
 * @param images [N, height, width, channels] in [0, 1].
 * @param target what the model is led away from, [N, classes]: labels, or probabilities. With the model's own
 *   probabilities at the images, this is the ascent of the Kullback-Leibler divergence, which has the same gradient.
 */
export function ascendCrossEntropy(
  trainee: Trainee,
  images: tf.Tensor4D,
  target: tf.Tensor2D,
  { epsilon, stepSize, steps, start }: InnerAttack,
): tf.Tensor4D {
  return tf.tidy(() => {
    const [low, high] = [tf.maximum(tf.sub(images, epsilon), 0), tf.minimum(tf.add(images, epsilon), 1)];
    const project = (x: tf.Tensor) => tf.minimum(tf.maximum(x, low), high) as tf.Tensor4D;
    // Starting at the image itself needs no projection; starting at a random point does.
    let x = project(start(images));
    for (let step = 0; step < steps; step++) {
      const before = x;
      x = tf.tidy(() => {
        // ∂H/∂z of a softmax: its probabilities minus the target's.
        const gradient = trainee.gradient(before, (logits) => tf.sub(tf.softmax(logits), target));
        return project(tf.add(before, tf.mul(tf.sign(gradient), stepSize)));
      });
      before.dispose();
    }
    return x;
  });
}

/** The attack begins at the image itself. */
export function atTheImage(images: tf.Tensor4D): tf.Tensor4D {
  return tf.clone(images);
}

/** The attack begins at a uniformly distributed point of the ε-ball. */
export function atRandomPoint(epsilon: number, random: RandomGenerator) {
  return (images: tf.Tensor4D): tf.Tensor4D => perturbed(images, scaled(uniformVector(images.size, random), epsilon));
}

/** The attack begins at the image with normal noise of this standard deviation. */
export function atNoisyImage(deviation: number, random: RandomGenerator) {
  return (images: tf.Tensor4D): tf.Tensor4D => perturbed(images, scaled(normalVector(images.size, random), deviation));
}

function perturbed(images: tf.Tensor4D, noise: Float64Array): tf.Tensor4D {
  return tf.add(images, tf.tensor4d(new Float32Array(noise), images.shape));
}
