import assert from 'node:assert/strict';
import path from 'node:path';
import sharp from 'sharp';
import type { DatasetSource } from '../../../src/data/source.ts';
import { firstLook } from '../../../src/evaluation/firstLook.ts';
import type { Classifier } from '../../../src/models/classifier.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

/** A model that takes bright images for "bright", and all others for "dark". */
const classifier: Classifier = {
  input: { height: 2, width: 2, channels: 3 },
  classes: ['dark', 'bright'],
  engine: 'none',
  batchSize: 2,
  logits: async (images) => images.map(([value = 0]) => Float32Array.of(0.5, value)),
};

describe('a first look at a model and images', () => {
  const folder = temporaryFolder();
  const write = async (name: string, level: number) => {
    const background = { r: level, g: level, b: level };
    const image = sharp({ create: { width: 2, height: 2, channels: 3, background } });
    await folder.write(name, await image.png().toBuffer());
  };
  const look = (labels: DatasetSource['labels'] = 'folders') =>
    firstLook(classifier, {
      model: { name: 'm', path: '/nowhere' },
      dataset: { name: 'd', path: folder.at(), labels },
      seed: 0,
    });

  it('counts the images of a sample that the model is right about', async () => {
    for (const [name, level] of [
      ['dark/1', 0],
      ['dark/2', 255],
      ['bright/1', 255],
    ] as const) {
      await write(`${name}.png`, level);
    }
    assert.deepEqual(await look(), { classes: ['dark', 'bright'], unknown: [], clean: { images: 3, correct: 2 } });
  });

  it('looks at no more than 32 images, as many of each class', async () => {
    for (let i = 0; i < 40; i++) await write(`dark/${i}.png`, 0);
    for (let i = 0; i < 16; i++) await write(`bright/${i}.png`, 0);
    assert.deepEqual((await look()).clean, { images: 32, correct: 16 });
  });

  it('names the labels that are no classes, and measures nothing then', async () => {
    for (const name of ['dark', 'light', 'gray']) await write(`${name}/1.png`, 0);
    assert.deepEqual(await look(), { classes: ['dark', 'bright'], unknown: ['gray', 'light'] });
  });

  it('takes the classes that the settings give folders', async () => {
    for (const name of ['dark', 'light']) await write(`${name}/1.png`, name === 'light' ? 255 : 0);
    const { unknown, clean } = await look({ classOf: { light: 'bright' } });
    assert.deepEqual([unknown, clean], [[], { images: 2, correct: 2 }]);
  });

  it('measures nothing without labels', async () => {
    await write('1.png', 0);
    assert.deepEqual(await look('predictions'), { classes: ['dark', 'bright'], unknown: [] });
  });

  it('is canceled between batches', async () => {
    await write('dark/1.png', 0);
    const dataset = { name: 'd', path: path.resolve(folder.at()), labels: 'folders' } as const;
    const request = { model: { name: 'm', path: '/nowhere' }, dataset, seed: 0 };
    await assert.rejects(firstLook(classifier, request, AbortSignal.abort(new Error('cancelled'))), /cancelled/);
  });
});
