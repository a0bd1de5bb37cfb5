import assert from 'node:assert/strict';
import sharp from 'sharp';
import { openModel } from '../../../../src/models/open.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';
import { type HttpServer, json, testServers } from '../../../support/remote/httpServer.ts';
import { weighing } from '../../../support/remote/modelServer.ts';

const model = weighing(3);
const images = [
  [0.25, 0.5, 0.75, 1],
  [0, 1, 0.125, 0.5],
];
const pixels = images.map((image) => Float32Array.from(image));
const rows = images.map((image) => Float32Array.from(model(image)));

interface Options {
  readonly dtype?: string;
  readonly sizes?: readonly number[];
  readonly outputs?: readonly string[];
  readonly hasMetadata?: boolean;
}

describe('a model on TensorFlow Serving', () => {
  const serve = testServers();
  const start = ({ dtype = 'DT_FLOAT', sizes = [-1, 2, 2, 1], outputs = ['y'], hasMetadata = true }: Options = {}) =>
    serve(async ({ path, body }) => {
      if (path === '/v1/models/toy/metadata' && hasMetadata) {
        const tensor_shape = { dim: sizes.map((size) => ({ size: String(size), name: '' })) };
        const serving_default = {
          inputs: { x: { dtype, tensor_shape, name: 'x:0' } },
          outputs: Object.fromEntries(outputs.map((name) => [name, { dtype: 'DT_FLOAT', name: `${name}:0` }])),
        };
        return json({
          model_spec: { name: 'toy', signature_name: '', version: '7' },
          metadata: { signature_def: { signature_def: { serving_default } } },
        });
      }
      if (path !== '/v1/models/toy:predict') return json({ error: 'Not found' }, 404);
      const { instances } = JSON.parse(`${body}`) as { instances: readonly unknown[] };
      const numbers = await Promise.all(instances.map(numbersIn));
      const scores = numbers.map((image) => model(image));
      const [only] = outputs;
      return json({
        predictions: outputs.length === 1 ? scores : scores.map((row) => ({ [only as string]: row, other: [0] })),
      });
    });
  const numbersIn = async (instance: unknown): Promise<number[]> => {
    const { b64 } = Object(instance);
    if (b64 === undefined) return [instance].flat(Infinity) as number[];
    return [...(await sharp(Buffer.from(b64, 'base64')).extractChannel(0).raw().toBuffer())];
  };
  const open = ({ url }: HttpServer, more: object = {}) => {
    const address = `${url}/v1/models/toy`;
    return openModel({ name: 'toy', path: address, endpoint: { url: address, retryFor: 0 }, ...more });
  };

  it('gets images in rows, and gives scores', async () => {
    const { classifier } = await open(await start());
    assert.deepEqual(classifier.input, { height: 2, width: 2, channels: 1 });
    assert.deepEqual(await classifier.logits(pixels), rows);
    assert.deepEqual(await classifier.logits(pixels.slice(1)), rows.slice(1));
  });

  it('gets all numbers in a row where it takes them so', async () => {
    const { classifier } = await open(await start({ sizes: [-1, 4] }));
    assert.deepEqual(await classifier.logits(pixels), rows);
  });

  it('gets PNG where it takes texts', async () => {
    const { classifier } = await open(await start({ dtype: 'DT_STRING', sizes: [-1] }), { input: [2, 2] });
    const levels = [255, 0, 51, 1];
    assert.deepEqual(await classifier.logits([Float32Array.from(levels, (level) => level / 255)]), [
      Float32Array.from(model(levels)),
    ]);
  });

  it('has its scores in one of several outputs', async () => {
    const server = await start({ outputs: ['scores', 'other'] });
    await rejectsWith(
      open(server),
      'The model has the outputs "other", "scores". Name the one with the scores as "output"',
    );
    const { classifier } = await open(server, { output: 'scores' });
    assert.deepEqual(await classifier.logits(pixels), rows);
  });

  it('needs no metadata where the settings state the shape', async () => {
    const server = await start({ hasMetadata: false });
    await rejectsWith(open(server), 'The server does not say what images it takes');
    const { classifier } = await open(server, { input: [2, 2, 1] });
    assert.deepEqual(await classifier.logits(pixels), rows);
  });

  it('is refused with numbers that are no floating-point numbers', async () => {
    await rejectsWith(open(await start({ dtype: 'DT_INT64' })), 'The model takes DT_INT64');
  });
});
