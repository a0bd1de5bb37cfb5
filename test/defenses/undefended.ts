import * as tf from '@tensorflow/tfjs-core';
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers';
import { startTensorFlow } from '../../src/models/tfjs/backend.ts';
import { registerFilterGradients, replaceInputGradient } from '../../src/models/tfjs/training/filterGradients.ts';
import { writeLayersModel } from '../../src/models/tfjs/training/writeLayersModel.ts';
import { type Collection, imageShape } from '../audit/images.ts';

export interface UndefendedTraining {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly initializer: 'glorotUniform' | 'heNormal';
  readonly seed: number;
}

/** Two convolutions and two dense layers, 105,866 parameters. */
function build({ initializer: name, seed }: UndefendedTraining) {
  const { height, width, channels } = imageShape;
  const initializer = (layer: number) => initializers[name]({ seed: 10 * seed + layer });
  return sequential({
    layers: [
      layers.conv2d({
        inputShape: [height, width, channels],
        filters: 16,
        kernelSize: 3,
        padding: 'same',
        activation: 'relu',
        kernelInitializer: initializer(1),
      }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.conv2d({
        filters: 32,
        kernelSize: 3,
        padding: 'same',
        activation: 'relu',
        kernelInitializer: initializer(2),
      }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ units: 64, activation: 'relu', kernelInitializer: initializer(3) }),
      layers.dense({ units: 10, activation: 'softmax', kernelInitializer: initializer(4) }),
    ],
  });
}

/** Trains the undefended network on a collection with Adam, and writes it into a folder. */
export async function trainUndefended(
  { images, labels }: Collection,
  training: UndefendedTraining,
  folder: string,
): Promise<void> {
  const { kind } = await startTensorFlow();
  if (kind === 'wasm') {
    registerFilterGradients();
    replaceInputGradient();
  }
  const { epochs, batchSize, learningRate } = training;
  const network = build(training);
  network.compile({ optimizer: tf.train.adam(learningRate), loss: 'categoricalCrossentropy' });
  const { height, width, channels } = imageShape;
  const size = height * width * channels;
  const pixels = new Float32Array(images.length * size);
  for (const [i, image] of images.entries()) pixels.set(image, i * size);
  const x = tf.tensor4d(pixels, [images.length, height, width, channels]);
  const y = tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d([...labels], 'int32'), 10), 'float32'));
  const onEpochEnd = async (epoch: number, logs?: { loss?: number }) =>
    console.log(`  undefended: epoch ${epoch + 1} of ${epochs}, loss ${logs?.loss?.toFixed(3)}`);
  // The images come in random order as they are: shuffling would take randomness that cannot be repeated.
  await network.fit(x, y, { epochs, batchSize, shuffle: false, verbose: 0, callbacks: { onEpochEnd } });
  tf.dispose([x, y]);
  await writeLayersModel(network, folder);
  network.dispose();
}
