// The networks that attacks are measured on: those of the demo, and others that are trained apart, where they are missing.
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { SIGN_CLASSES } from '../../media/demo/training/classes.ts';
import { fitNetwork } from '../../media/demo/training/fitNetwork.ts';
import { buildNetwork } from '../../media/demo/training/network.ts';
import { renderAll } from '../../media/demo/training/renderings.ts';
import { loadDrawing } from '../../media/demo/training/renderSign.ts';
import { networkFor } from '../../src/defenses/surrogates/architecture.ts';
import { trainSurrogate } from '../../src/defenses/surrogates/trainSurrogate.ts';
import type { Classifier } from '../../src/models/classifier.ts';
import { openModel } from '../../src/models/open.ts';
import { noPreprocessing } from '../../src/models/preprocessing.ts';
import type { ModelSource } from '../../src/models/source.ts';
import { writeLayersModel } from '../../src/models/tfjs/training/writeLayersModel.ts';
import { imageShape, readCollection } from '../audit/images.ts';
import { oneHot, startTraining, toTensor } from '../audit/measure.ts';
import { datasetOf, cache as defensesCache, domains, root } from '../defenses/domains.ts';
import { trainUndefended } from '../defenses/undefended.ts';

export const cache = path.join(defensesCache, '..', 'blackbox');

/** Images that each network of clothes learns from, those of the second after those of the first. */
const clothesEach = 6000;

/** Trains a network into its folder. */
const trainings: Readonly<Record<string, (folder: string) => Promise<unknown>>> = {
  'signs-apart': (folder) => trainSigns(buildNetwork(SIGN_CLASSES.length, 4001), folder),
  'clothes-a': (folder) =>
    trainUndefended(
      readCollection('clothes', 'train', clothesEach),
      { epochs: 4, batchSize: 64, learningRate: 0.001, initializer: 'glorotUniform', seed: 1 },
      folder,
    ),
  'clothes-b': trainOtherClothes,
  'clothes-labeled': (folder) => trainLabeledClothes(folder),
  'clothes-labeled-like-a': async (folder) => trainLabeledClothes(folder, await sourceOf('clothes-a')),
};

/** A network by its name: `signs` and `camera` of the demo, or one that is trained where it is missing. */
export async function openNetwork(name: string): Promise<Classifier> {
  return (await openModel(await sourceOf(name), { threads: 1 })).classifier;
}

async function sourceOf(name: string): Promise<ModelSource> {
  const isOfDemo = trainings[name] === undefined;
  const folder = isOfDemo ? path.join(root, 'media', 'demo', 'models', name) : path.join(cache, name);
  const file = path.join(folder, 'model.json');
  if (!existsSync(file)) {
    await startTraining();
    await trainings[name]?.(folder);
  }
  if (name.startsWith('clothes')) return { name, path: file, preprocessing: noPreprocessing };
  const { labels = '', preprocessing } = await domains.signs.model();
  return { name, path: file, labels, preprocessing };
}

/**
 * As *Train Surrogate* makes it, of labeled images that no other network has learned from.
 * @param architecture whose layers it has; chosen by the size of the images where it is missing.
 */
async function trainLabeledClothes(folder: string, architecture?: ModelSource): Promise<void> {
  const plan = {
    name: 'labeled',
    kind: 'labeled',
    model: await sourceOf('clothes-b'),
    ...(architecture && { architecture }),
    dataset: await datasetOf(domains.fashion, 'detectors'),
    path: folder,
    preset: 'quick' as const,
    parameters: { epochs: 10 },
    seed: 1,
    origin: { file: import.meta.filename, line: 1 },
  };
  await trainSurrogate(plan, { signal: new AbortController().signal, onProgress() {} });
}

/** The network of the demo with other weights, and other images of the same signs. */
async function trainSigns(network: LayersModel, folder: string): Promise<void> {
  const drawings = await Promise.all(SIGN_CLASSES.map(loadDrawing));
  const training = renderAll(drawings, 250, 'training', 4001);
  const how = { epochs: 4, batchSize: 60, learningRate: 0.003, seed: 4001, onEpoch: () => {} };
  await fitNetwork(network, training, SIGN_CLASSES.length, how);
  await writeLayersModel(network, folder);
}

/** Of another architecture than the first, from other images. */
async function trainOtherClothes(folder: string): Promise<void> {
  const { images, labels } = readCollection('clothes', 'train', 2 * clothesEach);
  const network = networkFor(imageShape, 10);
  network.compile({ optimizer: tf.train.adam(0.002), loss: 'categoricalCrossentropy' });
  const [x, y] = [toTensor(images.slice(clothesEach)), oneHot(labels.slice(clothesEach))];
  await network.fit(x, y, { epochs: 4, batchSize: 64, shuffle: false, verbose: 0 });
  await writeLayersModel(network, folder);
}
