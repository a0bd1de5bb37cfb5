import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { LayerFactory } from '../../../demo/training/network.ts';
import { PICTURE_SIZE } from '../../training/photograph.ts';

/** Numbers in the embedding of a portrait. */
export const EMBEDDING_SIZE = 32;

/** Turns portraits, scaled to −1..1, into embeddings: three convolutions with pooling, and one matrix. */
export function buildEmbedding(seed: number): tfl.LayersModel {
  const layers = new LayerFactory(seed);
  const image = tfl.input({ shape: [PICTURE_SIZE, PICTURE_SIZE, 3], name: 'image' });
  let x = layers.convolution('stem', image, 8, 3);
  x = layers.halve('stem', x);
  x = layers.convolution('parts', x, 24, 3);
  x = layers.halve('parts', x);
  x = layers.convolution('places', x, 48, 3);
  x = layers.halve('places', x);
  x = tfl.layers.flatten({ name: 'flat' }).apply(x) as tfl.SymbolicTensor;
  const kernelInitializer = tfl.initializers.glorotNormal({ seed });
  const embedding = tfl.layers
    .dense({ name: 'embedding', units: EMBEDDING_SIZE, useBias: false, kernelInitializer })
    .apply(x) as tfl.SymbolicTensor;
  return tfl.model({ name: 'faces', inputs: image, outputs: embedding });
}

/**
 * Softmax over cosines between the embedding and one learned vector per person, times a scale, so that training pulls the
 * images of a person in one direction (Wang et al. 2017, "NormFace", arXiv:1704.06369). Only training needs it.
 */
export class CosineSoftmax extends tfl.layers.Layer {
  static className = 'CosineSoftmax';
  private readonly people: number;
  private readonly seed: number;
  private directions: tfl.LayerVariable | undefined;

  constructor(people: number, seed: number) {
    super({ name: 'people' });
    this.people = people;
    this.seed = seed;
  }

  override build(): void {
    const initializer = tfl.initializers.randomNormal({ seed: this.seed });
    this.directions = this.addWeight('directions', [EMBEDDING_SIZE, this.people], 'float32', initializer);
    this.built = true;
  }

  override computeOutputShape(): tfl.Shape {
    return [null, this.people];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [embedding] = [inputs].flat() as [tf.Tensor2D];
      const cosines = tf.matMul(unit(embedding, 1), unit(this.directions?.read() as tf.Tensor2D, 0));
      return tf.softmax(tf.mul(cosines, 16));
    });
  }
}

function unit(vectors: tf.Tensor2D, axis: number): tf.Tensor2D {
  const squares = tf.sum(tf.square(vectors), axis, true);
  return tf.div(vectors, tf.sqrt(tf.add(squares, 1e-9)));
}
