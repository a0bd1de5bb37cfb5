import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** Gives every weight seeded values, so that no normalization is an identity and no bias is zero. */
export function fillWeights<Model extends LayersModel>(model: Model, seed = 1): Model {
  model.setWeights(
    model.weights.map((weight, i) => {
      const shape = weight.read().shape;
      if (/variance|gamma/.test(weight.originalName)) return tf.randomUniform(shape, 0.5, 1.5, 'float32', seed + i);
      const fanIn = Math.max(
        1,
        shape.slice(0, -1).reduce((product, size) => product * size, 1),
      );
      return tf.randomNormal(shape, 0, 1 / Math.sqrt(fanIn), 'float32', seed + i);
    }),
  );
  return model;
}
