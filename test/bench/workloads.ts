import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { sizeOf } from '../../src/data/image.ts';
import { startTensorFlow } from '../../src/models/tfjs/backend.ts';
import { readLayersModel } from '../../src/models/tfjs/readLayersModel.ts';
import { registerFilterGradients, replaceInputGradient } from '../../src/models/tfjs/training/filterGradients.ts';
import { fillWeights } from '../support/fillWeights.ts';
import { openOnTensorFlow } from '../support/openOnTensorFlow.ts';
import { mobileNetV2, resNet18 } from './networks.ts';

/** Something to time. */
export type Workload = () => Promise<void>;

const demo = path.join(import.meta.dirname, '..', '..', 'media', 'demo', 'models', 'signs', 'model.json');
/** The networks by name. */
export const networks: Readonly<Record<string, () => Promise<LayersModel>>> = {
  'demo net': async () => (await readLayersModel(demo)).model,
  'ResNet-18': async () => fillWeights(resNet18()),
  MobileNetV2: async () => fillWeights(mobileNetV2()),
};

/** What is timed: every network, forward and with its input gradient, one image at a time and sixteen; and training. */
export const cases: readonly { readonly network: string; readonly batch: number; readonly task: string }[] = [
  ...Object.keys(networks).flatMap((network) =>
    [1, 16].flatMap((batch) => ['forward', 'gradient'].map((task) => ({ network, batch, task }))),
  ),
  { network: 'demo net', batch: 16, task: 'training step' },
];

/** Makes the work of a network of `saveNetwork` ready, on the backend of this process. */
export async function prepare(folder: string): Promise<(batch: number, task: string) => Workload> {
  const { kind } = await startTensorFlow();
  const file = path.join(folder, 'model.json');
  const { model } = await readLayersModel(file);
  const classifier = await openOnTensorFlow(file);
  const image = (seed: number) =>
    tf.tidy(() => tf.randomUniform([sizeOf(classifier.input)], 0, 1, 'float32', seed).dataSync() as Float32Array);
  return (batch, task) => {
    if (task === 'training step') {
      if (kind === 'wasm') {
        registerFilterGradients();
        replaceInputGradient();
      }
      return trainingStep(model, batch);
    }
    const images = Array.from({ length: batch }, (_, i) => image(i + 1));
    return async () => {
      // As the runner does: no batch is larger than the classifier likes.
      for (let start = 0; start < batch; start += classifier.batchSize) {
        const part = images.slice(start, start + classifier.batchSize);
        if (task === 'forward') await classifier.logits(part);
        else
          await classifier.pullback(
            part,
            part.map(() => [{ kind: 'crossEntropy', label: 1 }]),
          );
      }
    };
  };
}

function trainingStep(model: LayersModel, batch: number): Workload {
  model.compile({ optimizer: tf.train.sgd(1e-3), loss: 'categoricalCrossentropy' });
  const [, ...shape] = (model.inputs[0] as SymbolicTensor).shape as number[];
  const classes = model.outputs[0]?.shape[1] as number;
  const images = tf.randomUniform([batch, ...shape], 0, 1, 'float32', 1);
  const labels = tf.oneHot(tf.zeros([batch], 'int32'), classes);
  return async () => {
    await model.trainOnBatch(images, labels);
  };
}
