import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { sizeOf } from '../../src/data/image.ts';
import { startTensorFlow } from '../../src/models/tfjs/backend.ts';
import { writeLayersModel } from '../../src/models/tfjs/training/writeLayersModel.ts';
import { openOnTensorFlow } from '../support/openOnTensorFlow.ts';

/** Writes a network for all sides into a folder: model.json, its weights, and a random image with its logits. */
export async function saveNetwork(create: () => Promise<LayersModel>, folder: string): Promise<void> {
  await startTensorFlow();
  const model = await create();
  const file = await writeLayersModel(model, folder);
  model.dispose();
  const classifier = await openOnTensorFlow(file);
  const image = tf.tidy(
    () => tf.randomUniform([sizeOf(classifier.input)], 0, 1, 'float32', 1).dataSync() as Float32Array,
  );
  const [logits] = await classifier.logits([image]);
  classifier.dispose();
  await writeFile(path.join(folder, 'image.bin'), image);
  await writeFile(path.join(folder, 'logits.bin'), logits as Float32Array);
}
