/**
 * Makes the demo workspace's classifier and images: `npx tsx media/demo/training/train.ts`, about seven minutes.
 * Everything is drawn from one seed, so a run on the same machine gives the same files.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { readLayersModel } from '../../../src/models/tfjs/readLayersModel.ts';
import { registerFilterGradients, replaceInputGradient } from '../../../src/models/tfjs/training/filterGradients.ts';
import { writeLayersModel } from '../../../src/models/tfjs/training/writeLayersModel.ts';
import { SIGN_CLASSES } from './classes.ts';
import { accuracy, fitNetwork } from './fitNetwork.ts';
import { writeModelCard } from './modelCard.ts';
import { buildNetwork } from './network.ts';
import { type Renderings, renderAll } from './renderings.ts';
import { DRAWINGS, IMAGE_SIZE, loadDrawing } from './renderSign.ts';

const SEED = 2024;
const TRAINING_PER_CLASS = 500;
const HELD_OUT_PER_CLASS = 100;
const STREET_PER_CLASS = 4;
const EPOCHS = 5;

const DEMO = path.join(import.meta.dirname, '..');
const MODEL_FOLDER = path.join(DEMO, 'models', 'signs');
const STREET_FOLDER = path.join(DEMO, 'data', 'street');

async function main(): Promise<void> {
  await tf.setBackend('wasm');
  registerFilterGradients();
  replaceInputGradient();
  const labels = SIGN_CLASSES.map((sign) => sign.label);
  const drawings = await Promise.all(SIGN_CLASSES.map(loadDrawing));
  const training = renderAll(drawings, TRAINING_PER_CLASS, 'training', SEED);
  const heldOut = renderAll(drawings, HELD_OUT_PER_CLASS, 'heldOut', SEED);
  const street = firstOfEachClass(heldOut, STREET_PER_CLASS);
  console.log(`Rendered ${training.images.length} images to train on and ${heldOut.images.length} held out.`);

  const network = buildNetwork(labels.length, SEED);
  await fitNetwork(network, training, labels.length, {
    epochs: EPOCHS,
    batchSize: 60,
    learningRate: 0.003,
    seed: SEED,
    onEpoch: (epoch, loss) => {
      const share = (100 * accuracy(network, heldOut)).toFixed(1);
      console.log(`Epoch ${epoch + 1} of ${EPOCHS}: loss ${loss.toFixed(4)}, held-out accuracy ${share}%.`);
    },
  });

  const file = await writeLayersModel(network, MODEL_FOLDER);
  await writeFile(path.join(MODEL_FOLDER, 'labels.txt'), `${labels.join('\n')}\n`);
  await saveStreet(street, labels);

  const { model: saved } = await readLayersModel(file);
  const figures = {
    parameters: saved.countParams(),
    classes: labels.length,
    trainingRenderings: training.images.length,
    heldOutRenderings: heldOut.images.length,
    heldOutAccuracy: accuracy(saved, heldOut),
    streetImages: street.images.length,
    streetAccuracy: accuracy(saved, street),
    epochs: EPOCHS,
    seed: SEED,
  };
  const license = await readFile(path.join(DRAWINGS, 'LICENSE'), 'utf8');
  await writeFile(path.join(MODEL_FOLDER, 'README.md'), writeModelCard(figures, license));
  console.log(`Held-out accuracy ${(100 * figures.heldOutAccuracy).toFixed(2)}%, ${figures.parameters} parameters.`);
}

/** Takes the first images of each class, whether or not the model gets them right. */
function firstOfEachClass({ images, labels }: Renderings, perClass: number): Renderings {
  const seen = new Map<number, number>();
  const chosen = [...images.keys()].filter((index) => {
    const label = labels[index] as number;
    const before = seen.get(label) ?? 0;
    seen.set(label, before + 1);
    return before < perClass;
  });
  return {
    images: chosen.map((index) => images[index] as Uint8Array),
    labels: chosen.map((index) => labels[index] as number),
  };
}

/** Writes `<class>/NN.png`, counting from 01 in each class. */
async function saveStreet({ images, labels }: Renderings, names: readonly string[]): Promise<void> {
  await rm(STREET_FOLDER, { recursive: true, force: true });
  for (const [index, image] of images.entries()) {
    const folder = path.join(STREET_FOLDER, names[labels[index] as number] as string);
    const number = (index % STREET_PER_CLASS) + 1;
    await mkdir(folder, { recursive: true });
    await sharp(image, { raw: { width: IMAGE_SIZE, height: IMAGE_SIZE, channels: 3 } })
      .png()
      .toFile(path.join(folder, `${String(number).padStart(2, '0')}.png`));
  }
}

await main();
