import assert from 'node:assert/strict';
import fc from 'fast-check';
import sharp from 'sharp';
import type { ImageShape } from '../../../../src/data/image.ts';
import { openModel } from '../../../../src/models/open.ts';
import { noPreprocessing } from '../../../../src/models/preprocessing.ts';
import type { Endpoint } from '../../../../src/models/remote/endpoint.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';
import { json, testServers } from '../../../support/remote/httpServer.ts';
import {
  type OpenInferenceOptions,
  openInferenceServer,
  type ServedModel,
  weighing,
} from '../../../support/remote/modelServer.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';

const model = weighing(3);

describe('a model that speaks the Open Inference Protocol', () => {
  const serve = testServers();
  const start = (options: OpenInferenceOptions, served: ServedModel = model) =>
    serve(openInferenceServer(served, options));
  const open = (url: string, more: object = {}, endpoint: Partial<Endpoint> = {}) => {
    const address = `${url}/v2/models/toy`;
    return openModel({ name: 'toy', path: address, endpoint: { url: address, retryFor: 0, ...endpoint }, ...more });
  };
  const pixelsOf = ({ height, width, channels }: ImageShape) =>
    fc.array(fc.float({ min: 0, max: 1, noNaN: true }), {
      minLength: height * width * channels,
      maxLength: height * width * channels,
    });

  for (const binary of [true, false]) {
    it(`gets every number ${binary ? 'as bytes' : 'as JSON, where it knows no other way'}, and gives its scores`, async () => {
      const { url, received } = await start({ shape: [-1, 2, 3, 1], binary });
      const { classifier, notes } = await open(url);
      assert.deepEqual(classifier.input, { height: 2, width: 3, channels: 1 });
      assert.deepEqual(classifier.classes, ['0', '1', '2']);
      await fc.assert(
        fc.asyncProperty(fc.array(pixelsOf(classifier.input), { minLength: 1, maxLength: 5 }), async (images) => {
          const rows = await classifier.logits(images.map((image) => Float32Array.from(image)));
          assert.deepEqual(
            rows,
            images.map((image) => Float32Array.from(model(image))),
          );
        }),
        { numRuns: 20 },
      );
      const asBytes = received.filter(({ headers }) => 'inference-header-content-length' in headers);
      assert.equal(asBytes.length > 1, binary, 'how requests were sent');
      assert.equal(
        notes.some((note) => note.includes('sent as JSON')),
        !binary,
        notes.join(),
      );
    });
  }

  it('gets images in its own order of axes and channels, after preprocessing', async () => {
    const { url } = await start({ shape: [-1, 3, 1, 2] });
    const preprocessing = { mean: [0.5, 0.25, 0], std: [0.5, 1, 2], channels: 'bgr' } as const;
    const { classifier } = await open(url, { preprocessing });
    assert.deepEqual(classifier.input, { height: 1, width: 2, channels: 3 });
    const [row] = await classifier.logits([Float32Array.of(1, 0.5, 0.25, 0, 0.75, 0.125)]);
    // Blue of both pixels, then green, then red.
    const sent = [(0.25 - 0.5) / 0.5, (0.125 - 0.5) / 0.5, 0.5 - 0.25, 0.75 - 0.25, 1 / 2, 0];
    assert.deepEqual(row, Float32Array.from(model(sent)));
  });

  it('gets all numbers in a row where it takes them so', async () => {
    const { url, received } = await start({ shape: [-1, 6] });
    const { classifier } = await open(url, { input: [2, 3] });
    assert.deepEqual(classifier.input, { height: 2, width: 3, channels: 1 });
    const body = received.at(-1)?.body.toString() ?? '';
    assert.ok(body.includes('"shape":[3,6]') || body.includes('"shape":[1,6]'), body.slice(0, 200));
  });

  it('gets gray levels where it takes UINT8', async () => {
    const { url } = await start({ shape: [-1, 1, 2, 1], datatype: 'UINT8' });
    const { classifier } = await open(url);
    assert.equal(classifier.rounds, true);
    const [row] = await classifier.logits([Float32Array.of(1, 51 / 255)]);
    assert.deepEqual(row, Float32Array.from(model([255, 51])));
    await rejectsWith(
      open(url, { preprocessing: { ...noPreprocessing, mean: [0.5, 0.5, 0.5] } }),
      'Remove "mean" and "std"',
    );
  });

  for (const binary of [true, false]) {
    it(`gets PNG files where it takes BYTES, ${binary ? 'as bytes' : 'in base64'}`, async () => {
      const decode = async (file: Buffer) => [...(await sharp(file).extractChannel(0).raw().toBuffer())];
      const { url } = await start({ shape: [-1], datatype: 'BYTES', binary, decode });
      const { classifier, notes } = await open(url, { input: [1, 2, 3] });
      const levels = [255, 0, 51, 1, 2, 254];
      const [row] = await classifier.logits([Float32Array.from(levels, (level) => level / 255)]);
      assert.deepEqual(row, Float32Array.from(model(levels)));
      assert.ok(!notes.some((note) => note.includes('JPEG')), notes.join());
    });
  }

  it('is asked for as many images at a time as its batch has', async () => {
    const { url } = await start({ shape: [2, 1, 2, 1] });
    const { classifier } = await open(url, {}, { batchSize: 8, concurrency: 1 });
    assert.equal(classifier.batchSize, 2);
  });

  it('gives labels alone, by index or name', async () => {
    const labels = ['red', 'green'];
    for (const answer of [1, 'green']) {
      const served = (numbers: readonly number[]) => ((numbers[0] ?? 0) > 2 ? 0 : answer);
      const outputs = [{ name: 'class', datatype: 'INT64', shape: [-1, 1] }];
      const { url } = await start({ shape: [-1, 2, 2, 1], outputs }, served);
      await rejectsWith(open(url), 'Set "labels" of this model to a file with the names of its classes');
      const file = await folder.write('labels.txt', labels.join('\n'));
      const { classifier } = await open(url, { labels: file });
      assert.equal(classifier.labelsOnly, true);
      assert.deepEqual(await classifier.logits([new Float32Array(4)]), [Float32Array.of(0, 1)]);
    }
  });
  const folder = temporaryFolder();

  const refused: Record<string, [options: OpenInferenceOptions, message: string]> = {
    'several outputs': [
      { shape: [-1, 2, 2, 1], outputs: ['a', 'b'].map((name) => ({ name, datatype: 'FP32', shape: [-1, 3] })) },
      'The model has the outputs "a", "b". Name the one with the scores as "output"',
    ],
    'images of any size': [
      { shape: [-1, 3, -1, -1] },
      'The model takes [3, ?, ?]. State the shape of one image as "input"',
    ],
    'numbers that are no image': [{ shape: [-1, 5, 7, 9] }, 'The model takes [5, 7, 9]. Perturb needs images'],
    'a type that is not sent': [
      { shape: [-1, 2, 2, 1], datatype: 'FP16' },
      'The model takes FP16. Perturb sends images as FP32',
    ],
  };
  for (const [name, [options, message]] of Object.entries(refused)) {
    it(`is refused with ${name}`, async () => rejectsWith(open((await start(options)).url), message, '/v2/models/toy'));
  }

  it('is refused with two inputs, or without metadata', async () => {
    const input = { name: 'a', datatype: 'FP32', shape: [-1, 4] };
    const two = await serve(() => json({ name: 'toy', inputs: [input, { ...input, name: 'b' }], outputs: [] }));
    await rejectsWith(open(two.url), 'The model takes 2 inputs (a, b)');
    const none = await serve(() => json({ inputs: 'images' }));
    await rejectsWith(open(none.url), 'these are no metadata of a model: “{"inputs":"images"}”');
  });
});
