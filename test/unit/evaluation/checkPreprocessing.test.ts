import assert from 'node:assert/strict';
import path from 'node:path';
import sharp from 'sharp';
import type { ImageShape } from '../../../src/data/image.ts';
import { readImages } from '../../../src/data/loadExamples.ts';
import type { DatasetSource } from '../../../src/data/source.ts';
import { checkPreprocessing } from '../../../src/evaluation/checkPreprocessing.ts';
import type { Classifier } from '../../../src/models/classifier.ts';
import { argmax, softmax } from '../../../src/models/functional.ts';
import { openModel } from '../../../src/models/open.ts';
import type { OpenedModel } from '../../../src/models/openedModel.ts';
import {
  noPreprocessing,
  type PreprocessingSettings,
  resolvePreprocessing,
} from '../../../src/models/preprocessing.ts';
import type { ModelSource } from '../../../src/models/source.ts';
import { demoFolder, signsModel } from '../../support/demoWorkspace.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

/** The demo's model with other preprocessing. */
function signs(settings: PreprocessingSettings): ModelSource {
  return {
    name: 'signs',
    path: path.join(demoFolder, signsModel.path),
    labels: path.join(demoFolder, signsModel.labels),
    ...resolvePreprocessing(settings),
  };
}

const street: DatasetSource = { name: 'street', path: path.join(demoFolder, 'data', 'street'), labels: 'folders' };

/** A model that sees class 0 in everything, and keeps what it is shown. */
function recorder(input: ImageShape) {
  const opened: ModelSource[] = [];
  const seen: Float32Array[] = [];
  const classifier: Classifier = {
    input,
    classes: ['a', 'b'],
    engine: 'none',
    batchSize: 4,
    async logits(images) {
      seen.push(...images);
      return images.map(() => Float32Array.of(1, 0));
    },
  };
  const open = async (source: ModelSource) => {
    opened.push(source);
    return classifier;
  };
  return { open, opened, seen };
}

describe('checking the preprocessing of the demo', () => {
  const folder = temporaryFolder();
  let models: OpenedModel[] = [];
  const open = async (source: ModelSource) => {
    const model = await openModel(source);
    models.push(model);
    return model.classifier;
  };
  afterEach(() => {
    for (const { classifier } of models) classifier.dispose();
    models = [];
  });
  const check = (settings: PreprocessingSettings, seed = 0) =>
    checkPreprocessing({ model: signs(settings), dataset: street, seed }, { open });

  it('finds the right convention where the settings are wrong, and marks theirs', async () => {
    const { images, conventions } = await check({ mean: 0, std: 1 / 255, channels: 'rgb' });
    assert.equal(images, 32);
    const [best] = conventions;
    assert.deepEqual([best?.title, best?.settings, best?.correct, best?.accuracy], ['[−1, 1]', 'tf', 32, 1]);
    assert.ok((best?.confidence ?? 0) > 0.99);
    const current = conventions.filter((each) => each.current);
    assert.deepEqual(
      current.map(({ title, settings }) => [title, settings]),
      [['[0, 255]', undefined]],
    );
    assert.ok((current[0]?.accuracy ?? 1) < 0.5);
    assert.equal(models.length, 1);
  });

  it('sorts by accuracy, then by confidence', async () => {
    const { conventions } = await check('tf');
    const sorted = [...conventions].sort((a, b) => b.accuracy - a.accuracy || b.confidence - a.confidence);
    assert.deepEqual(conventions, sorted);
    assert.deepEqual([conventions[0]?.title, conventions[0]?.current], ['[−1, 1]', true]);
    assert.deepEqual(conventions.map(({ title }) => title).sort(), [
      'CLIP',
      'Caffe',
      'ImageNet',
      'ImageNet, BGR',
      '[0, 1]',
      '[0, 255]',
      '[−1, 1]',
    ]);
  });

  it('takes no image in 30 more as a reason to take blue for red', async () => {
    /** Right about every image in BGR, and about all but some in RGB. */
    const orderOf = async (wrongInRgb: number) => {
      const files = Array.from({ length: 30 }, (_, i) => `${i}.png`);
      for (const name of files) {
        const background = { r: 255, g: 0, b: files.indexOf(name) < wrongInRgb ? 0 : 254 };
        const image = sharp({ create: { width: 2, height: 2, channels: 3, background } });
        await folder.write(`red/${name}`, await image.png().toBuffer());
      }
      const classifier: Classifier = {
        input: { height: 2, width: 2, channels: 3 },
        classes: ['blue', 'red'],
        engine: 'none',
        batchSize: 30,
        logits: async (images) =>
          images.map((image) => Float32Array.of(0, (image[2] as number) > (image[0] as number) - 0.5 ? 1 : -1)),
      };
      const dataset: DatasetSource = { name: 'd', path: folder.at(), labels: 'folders' };
      const model: ModelSource = { name: 'm', path: '/nowhere', preprocessing: noPreprocessing };
      const { conventions } = await checkPreprocessing({ model, dataset, seed: 0 }, { open: async () => classifier });
      return conventions.map(({ preprocessing }) => preprocessing.channels);
    };
    assert.equal((await orderOf(1))[0], 'rgb');
    assert.equal((await orderOf(3))[0], 'bgr');
  });

  it('lists what the settings have where it is no usual convention', async () => {
    const { conventions } = await check({ mean: 0.48, std: 0.22, channels: 'bgr' });
    const current = conventions.filter((each) => each.current);
    assert.deepEqual(
      current.map(({ title, preprocessing }) => [title, preprocessing]),
      [[undefined, { mean: [0.48, 0.48, 0.48], std: [0.22, 0.22, 0.22], channels: 'bgr' }]],
    );
    assert.equal(conventions.length, 8);
  });

  it('says of each convention what the model does when it is opened that way', async () => {
    const file = path.join(street.path, 'stop', '01.png');
    const csv = await folder.write('labels.csv', `file,label\n${file},stop\n`);
    const dataset: DatasetSource = { name: 'one', path: street.path, labels: { csv } };
    const { conventions } = await checkPreprocessing({ model: signs('imagenet'), dataset, seed: 0 }, { open });
    for (const { title, settings = 'imagenet', correct, confidence } of conventions) {
      const source = signs(settings);
      const classifier = await open(source);
      const reading = { shape: classifier.input, resizing: source.resizing };
      const [image] = (await readImages([{ file }], dataset, reading, (image) => image)).images;
      const [logits] = await classifier.logits([image?.pixels ?? assert.fail()]);
      const probabilities = softmax(logits ?? assert.fail());
      const predicted = argmax(probabilities);
      assert.equal(correct, classifier.classes[predicted] === 'stop' ? 1 : 0, title);
      assert.ok(Math.abs(confidence - (probabilities[predicted] as number)) < 1e-4, title);
    }
  });

  it('gives the same for the same seed', async () => {
    const [first, second] = [await check('tf', 1), await check('tf', 1)];
    assert.deepEqual(second, first);
  });
});

describe('checking preprocessing', () => {
  const folder = temporaryFolder();
  const gray = (level: number, width = 8, height = 8) =>
    sharp({ create: { width, height, channels: 3, background: { r: level, g: level, b: level } } })
      .png()
      .toBuffer();
  async function dataset(): Promise<DatasetSource> {
    for (const name of ['a/1.png', 'a/2.png', 'b/1.png']) await folder.write(name, await gray(51));
    return { name: 'few', path: folder.at(), labels: 'folders' };
  }
  const model: ModelSource = { name: 'm', path: '/nowhere', preprocessing: noPreprocessing };

  it('tries large images stretched and with the center cut out, on a model that is opened once', async () => {
    const { open, opened, seen } = recorder({ height: 64, width: 64, channels: 3 });
    const progress: number[][] = [];
    const { conventions } = await checkPreprocessing(
      { model, dataset: await dataset(), seed: 0 },
      { open, onProgress: (done, total) => progress.push([done, total]) },
    );
    const usual = ['[0, 1]', '[0, 255]', '[−1, 1]', 'ImageNet', 'ImageNet, BGR', 'Caffe'];
    const tried = conventions.map(({ title, resizing }) => `${title} ${resizing.resize}`);
    assert.deepEqual(
      new Set(tried),
      new Set([...usual.flatMap((title) => [`${title} stretch`, `${title} 73`]), 'CLIP stretch', 'CLIP 64']),
    );
    assert.deepEqual(opened, [{ ...model, preprocessing: noPreprocessing }]);
    assert.equal(seen.length, 14 * 3);
    assert.deepEqual(
      progress,
      Array.from({ length: 15 }, (_, done) => [done, 14]),
    );
    assert.ok(conventions.every(({ correct, confidence }) => correct === 2 && Math.abs(confidence - 0.731) < 0.001));
  });

  it('tries what fits gray images on a model that takes these', async () => {
    const { open, seen } = recorder({ height: 1, width: 1, channels: 1 });
    const { conventions } = await checkPreprocessing({ model, dataset: await dataset(), seed: 0 }, { open });
    assert.deepEqual(
      conventions.map(({ title }) => title),
      ['[0, 1]', '[0, 255]', '[−1, 1]', 'MNIST'],
    );
    const values = [...new Set(seen.map(([value]) => (value as number).toFixed(4)))];
    assert.deepEqual(values, ['0.2000', '51.0000', '-0.6000', ((0.2 - 0.1307) / 0.3081).toFixed(4)]);
  });

  it('gives a model that takes BGR its channels in that order', async () => {
    const red = sharp({ create: { width: 1, height: 1, channels: 3, background: { r: 255, g: 0, b: 51 } } });
    await folder.write('a/1.png', await red.png().toBuffer());
    const { open, seen } = recorder({ height: 1, width: 1, channels: 3 });
    const bgr = { ...model, ...resolvePreprocessing({ mean: [0.1, 0, 0], std: [1, 1, 0.5], channels: 'bgr' }) };
    const source: DatasetSource = { name: 'one', path: folder.at(), labels: 'folders' };
    await checkPreprocessing({ model: bgr, dataset: source, seed: 0 }, { open });
    // What the settings have comes first.
    assert.deepEqual(
      Array.from(seen[0] ?? [], (value) => value.toFixed(4)),
      ['0.1000', '0.0000', '2.0000'],
    );
  });

  it('counts what is no number as wrong, without confidence', async () => {
    const { open } = recorder({ height: 1, width: 1, channels: 1 });
    const broken = async (source: ModelSource) => ({
      ...(await open(source)),
      logits: async (images: readonly Float32Array[]) => images.map(() => Float32Array.of(Number.NaN, 0)),
    });
    const { conventions } = await checkPreprocessing({ model, dataset: await dataset(), seed: 0 }, { open: broken });
    assert.ok(conventions.every(({ correct, confidence }) => correct === 0 && confidence === 0));
  });

  it('takes no more images than the dataset is limited to', async () => {
    const { open } = recorder({ height: 1, width: 1, channels: 1 });
    const limited = { ...(await dataset()), limit: 2 };
    const { images, conventions } = await checkPreprocessing({ model, dataset: limited, seed: 0 }, { open });
    // One of each class.
    assert.deepEqual([images, conventions[0]?.accuracy], [2, 0.5]);
  });

  it('refuses a dataset without labels', async () => {
    const { open } = recorder({ height: 1, width: 1, channels: 1 });
    const unlabeled: DatasetSource = { ...(await dataset()), labels: 'predictions' };
    const refused = checkPreprocessing({ model, dataset: unlabeled, seed: 0 }, { open });
    await rejectsWith(refused, 'The dataset "few" has no labels', folder.at(), 'one folder per class', '.csv');
  });

  it('refuses labels that are no classes', async () => {
    const { open } = recorder({ height: 1, width: 1, channels: 1 });
    await folder.write('c/1.png', await gray(0));
    const refused = checkPreprocessing({ model, dataset: await dataset(), seed: 0 }, { open });
    await rejectsWith(refused, 'no class named "c"');
  });

  it('ends between two batches when it is cancelled', async () => {
    const { open, seen } = recorder({ height: 1, width: 1, channels: 1 });
    const abort = new AbortController();
    const reason = new Error('enough');
    const running = checkPreprocessing(
      { model, dataset: await dataset(), seed: 0 },
      { open, signal: abort.signal, onProgress: (done) => done === 1 && abort.abort(reason) },
    );
    await assert.rejects(running, reason);
    assert.equal(seen.length, 3);
  });
});
