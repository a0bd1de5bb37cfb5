/**
 * Makes the demo workspace's classifier and images: `npx tsx media/demo/training/train.ts`, about seven minutes.
 * Everything is drawn from one seed, so a run on the same machine with the same TensorFlow gives the same files.
 */
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { buildNetwork } from './network.ts';
import type { Renderings } from './renderings.ts';
import { IMAGE_SIZE } from './renderSign.ts';
import { DEMO, LABELS, renderStreet, STREET_SEED, trainClassifier } from './trainClassifier.ts';

const STREET_FOLDER = path.join(DEMO, 'data', 'street');

/** Writes `<class>/NN.png`, counting from 01 in each class. */
async function saveStreet({ images, labels }: Renderings): Promise<void> {
  await rm(STREET_FOLDER, { recursive: true, force: true });
  const counts = new Map<number, number>();
  for (const [index, image] of images.entries()) {
    const label = labels[index] as number;
    const number = (counts.get(label) ?? 0) + 1;
    counts.set(label, number);
    const folder = path.join(STREET_FOLDER, LABELS[label] as string);
    await mkdir(folder, { recursive: true });
    await sharp(image, { raw: { width: IMAGE_SIZE, height: IMAGE_SIZE, channels: 3 } })
      .png()
      .toFile(path.join(folder, `${String(number).padStart(2, '0')}.png`));
  }
}

await trainClassifier({
  name: 'signs',
  title: 'Signs, a demo classifier of traffic signs',
  script: 'train.ts',
  seed: STREET_SEED,
  trainingPerClass: 500,
  epochs: 5,
  learningRate: 0.003,
  build: buildNetwork,
});
await saveStreet(await renderStreet());
