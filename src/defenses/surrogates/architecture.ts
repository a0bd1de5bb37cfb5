import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { ImageShape } from '../../data/image.ts';
import { normalVector } from '../../geometry/randomVector.ts';
import { randomnessOf } from '../training/randomness.ts';

/** Filters of the first convolution; each further stage has twice as many, up to the most. */
const [firstFilters, mostFilters] = [32, 256];
/** Images are halved until this many pixels are left on a side. */
const smallest = 4;

/**
 * A network for images of this size: two stages or more, each a 3 × 3 convolution with batch normalization and pooling,
 * as many as it takes to bring the shorter side to four to seven pixels, whose mean decides.
 */
export function networkFor({ height, width, channels }: ImageShape, classes: number): tfl.LayersModel {
  const image = tfl.input({ shape: [height, width, channels], name: 'image' });
  let x = image;
  let side = Math.min(height, width);
  for (let stage = 0; stage === 0 || side >= 2 * smallest; stage++) {
    const filters = Math.min(firstFilters * 2 ** stage, mostFilters);
    const name = `stage${stage + 1}`;
    const convolution = { name: `${name}_conv`, filters, kernelSize: 3, padding: 'same', useBias: false } as const;
    x = tfl.layers.conv2d(convolution).apply(x) as tfl.SymbolicTensor;
    x = tfl.layers.batchNormalization({ name: `${name}_norm`, momentum: 0.9 }).apply(x) as tfl.SymbolicTensor;
    x = tfl.layers.activation({ name: `${name}_relu`, activation: 'relu' }).apply(x) as tfl.SymbolicTensor;
    if (side < 2) continue;
    x = tfl.layers.maxPooling2d({ name: `${name}_pool`, poolSize: 2 }).apply(x) as tfl.SymbolicTensor;
    side = Math.floor(side / 2);
  }
  x = tfl.layers.globalAveragePooling2d({ name: 'mean' }).apply(x) as tfl.SymbolicTensor;
  const decision = tfl.layers.dense({ name: 'probabilities', units: classes, activation: 'softmax' });
  return tfl.model({ name: 'surrogate', inputs: image, outputs: decision.apply(x) as tfl.SymbolicTensor });
}

/**
 * Forgets what a network has learned: kernels are drawn anew from a normal distribution of variance 2 / inputs (He et al.
 * 2015, arXiv:1502.01852, equation 10), scales and variances become 1, and all else 0.
 */
export function forget(model: tfl.LayersModel, seed: number): void {
  model.setWeights(
    model.weights.map(({ name, shape }, i) => {
      const sizes = shape as number[];
      const size = sizes.reduce((a, b) => a * b, 1);
      if (/(gamma|variance)(_\d+)?$/.test(name)) return tf.ones(sizes);
      if (sizes.length < 2) return tf.zeros(sizes);
      const inputs = /depthwise/.test(name)
        ? size / (sizes.at(-1) as number) / (sizes.at(-2) as number)
        : size / (sizes.at(-1) as number);
      const values = normalVector(size, randomnessOf(seed, 'weights', i), 0, Math.sqrt(2 / inputs));
      return tf.tensor(Float32Array.from(values), sizes);
    }),
  );
}
