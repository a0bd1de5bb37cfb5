import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { startTensorFlow } from '../../../src/models/tfjs/backend.ts';
import { readLayersModel } from '../../../src/models/tfjs/readLayersModel.ts';
import { registerTrainingGradients } from '../../../src/models/tfjs/training/trainingGradients.ts';
import { writeLayersModel } from '../../../src/models/tfjs/training/writeLayersModel.ts';
import { SIGN_CLASSES } from './classes.ts';
import { accuracy, fitNetwork } from './fitNetwork.ts';
import { type ModelCard, writeModelCard } from './modelCard.ts';
import { type Renderings, renderAll } from './renderings.ts';
import { DRAWINGS, loadDrawing } from './renderSign.ts';

const HELD_OUT_PER_CLASS = 100;
const STREET_PER_CLASS = 4;

/** The names of the classes, in the order of the outputs. */
export const LABELS = SIGN_CLASSES.map((sign) => sign.label);

/** The seed of the images in `data/street`. */
export const STREET_SEED = 2024;

/** The demo workspace. */
export const DEMO = path.join(import.meta.dirname, '..');

export interface Recipe extends Pick<ModelCard, 'title' | 'script'> {
  /** Folder below `models`. */
  name: string;
  /** Of the training images and of the weights that training begins with. */
  seed: number;
  trainingPerClass: number;
  epochs: number;
  learningRate: number;
  /** The network to train. */
  build: (classes: number, seed: number) => LayersModel | Promise<LayersModel>;
}

/** The images of `data/street`: the first held-out renderings of each class. */
export async function renderStreet(): Promise<Renderings> {
  const drawings = await Promise.all(SIGN_CLASSES.map(loadDrawing));
  return renderAll(drawings, STREET_PER_CLASS, 'heldOut', STREET_SEED);
}

/** Trains a classifier on renderings with its own seed, and writes it with its labels and its card. */
export async function trainClassifier(recipe: Recipe): Promise<void> {
  const { name, title, script, seed, trainingPerClass, epochs, learningRate, build } = recipe;
  await startTensorFlow();
  registerTrainingGradients();
  const folder = path.join(DEMO, 'models', name);
  const drawings = await Promise.all(SIGN_CLASSES.map(loadDrawing));
  const training = renderAll(drawings, trainingPerClass, 'training', seed);
  const heldOut = renderAll(drawings, HELD_OUT_PER_CLASS, 'heldOut', seed);
  const street = await renderStreet();
  console.log(`Rendered ${training.images.length} images to train on and ${heldOut.images.length} held out.`);

  const network = await build(LABELS.length, seed);
  await fitNetwork(network, training, LABELS.length, {
    epochs,
    batchSize: 60,
    learningRate,
    seed,
    onEpoch: (epoch, loss) => {
      const share = (100 * accuracy(network, heldOut)).toFixed(1);
      console.log(`Epoch ${epoch + 1} of ${epochs}: loss ${loss.toFixed(4)}, held-out accuracy ${share}%.`);
    },
  });

  const file = await writeLayersModel(network, folder);
  await writeFile(path.join(folder, 'labels.txt'), `${LABELS.join('\n')}\n`);
  const { model: saved } = await readLayersModel(file);
  const card = {
    title,
    script,
    parameters: saved.countParams(),
    classes: LABELS.length,
    trainingRenderings: training.images.length,
    heldOutRenderings: heldOut.images.length,
    heldOutAccuracy: accuracy(saved, heldOut),
    streetImages: street.images.length,
    streetAccuracy: accuracy(saved, street),
    epochs,
    seed,
  };
  const license = await readFile(path.join(DRAWINGS, 'LICENSE'), 'utf8');
  await writeFile(path.join(folder, 'README.md'), writeModelCard(card, license));
  console.log(`Held-out accuracy ${(100 * card.heldOutAccuracy).toFixed(2)}%, ${card.parameters} parameters.`);
}
