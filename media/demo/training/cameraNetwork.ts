import * as tf from '@tensorflow/tfjs-layers';
import { LayerFactory } from './network.ts';
import { IMAGE_SIZE } from './renderSign.ts';

/**
 * A network that has little in common with the other one: large filters first, means instead of maxima, no shortcut, and a
 * hidden layer that sees the whole image decides.
 */
export function buildCameraNetwork(classes: number, seed: number): tf.LayersModel {
  const layers = new LayerFactory(seed);
  const image = tf.input({ shape: [IMAGE_SIZE, IMAGE_SIZE, 3], name: 'image' });
  let x = layers.convolution('wide', image, 16, 5);
  x = layers.average('wide', x);
  x = layers.convolution('middle', x, 24, 3);
  x = layers.average('middle', x);
  x = layers.convolution('fine', x, 32, 3);
  x = layers.average('fine', x);
  x = tf.layers.flatten({ name: 'flat' }).apply(x) as tf.SymbolicTensor;
  x = layers.hidden('hidden', x, 64);
  const probabilities = layers.classifier('probabilities', x, classes);
  return tf.model({ name: 'camera', inputs: image, outputs: probabilities });
}
