import * as tfl from '@tensorflow/tfjs-layers';
import { LayerFactory } from '../../../demo/training/network.ts';
import { PICTURE_SIZE } from '../../training/photograph.ts';

/** A small classifier of pictures, scaled to −1..1: three convolutions with pooling, and a hidden layer that decides. */
export function buildFilter(classes: number, seed: number): tfl.LayersModel {
  const layers = new LayerFactory(seed);
  const image = tfl.input({ shape: [PICTURE_SIZE, PICTURE_SIZE, 3], name: 'image' });
  let x = layers.convolution('stem', image, 8, 3);
  x = layers.halve('stem', x);
  x = layers.convolution('parts', x, 16, 3);
  x = layers.halve('parts', x);
  x = layers.convolution('shapes', x, 24, 3);
  x = layers.halve('shapes', x);
  x = tfl.layers.flatten({ name: 'flat' }).apply(x) as tfl.SymbolicTensor;
  x = layers.hidden('hidden', x, 24);
  const probabilities = layers.classifier('probabilities', x, classes);
  return tfl.model({ name: 'filter', inputs: image, outputs: probabilities });
}
