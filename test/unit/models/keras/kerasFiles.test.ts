import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isDifferentiable } from '../../../../src/models/classifier.ts';
import { openKerasModel } from '../../../../src/models/keras/openKerasModel.ts';
import { openModel } from '../../../../src/models/open.ts';
import type { NamedWeight } from '../../../../src/models/tfjs/readLayersModel.ts';
import { ZipArchive } from '../../../../src/models/zipArchive.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';
import { zipOf } from '../../../support/zip.ts';
import { compare } from '../../../verify/check.ts';

const folder = path.join(import.meta.dirname, '..', '..', '..', 'fixtures', 'keras');
/** What Keras answers to an image. */
interface Answers {
  readonly image: readonly number[];
  readonly models: Readonly<Record<string, { readonly logits: number[]; readonly gradient: number[] }>>;
}
const made = ['files.json', 'layers.json'].map(
  (name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as Answers,
);
const files = readdirSync(folder).filter((name) => /\.(keras|h5)$/.test(name));

describe('Files of Keras', () => {
  const written = temporaryFolder();

  for (const file of files) {
    it(`answer as in Keras, with its gradients, on ONNX Runtime: ${file}`, async () => {
      const name = file.split('.', 1)[0] as string;
      const { image, models } = made.find((each) => name in each.models) as Answers;
      const shown = Float32Array.from(image, (level) => level / 255);
      const { classifier } = await openModel({ name: 'model', path: path.join(folder, file) });
      assert.match(classifier.engine, /^ONNX/);
      assert.ok(isDifferentiable(classifier), 'it gives no gradient');
      const { logits, gradients } = await classifier.pullback([shown], [[{ kind: 'crossEntropy', label: 2 }]]);
      classifier.dispose();
      const { logits: right, gradient } = models[name] as Answers['models'][string];
      // A softmax is left out, so the logits may be off by a constant.
      const centered = (values: ArrayLike<number>) => {
        const list = Array.from(values);
        const mean = list.reduce((a, b) => a + b, 0) / list.length;
        return Float64Array.from(list, (value) => value - mean);
      };
      const found = Float32Array.from(centered(logits[0] as Float32Array));
      assert.ok(compare([found], [centered(right)]).error < 1e-4, `${logits[0]} is not ${right}`);
      const { error, cosine } = compare([gradients[0]?.[0] as Float32Array], [Float64Array.from(gradient)]);
      assert.ok(error < 1e-3 && cosine > 0.9999, `the gradient is off by ${error}`);
    });
  }

  /** The logits of a sequence of layers for a gray image of 2 × 2. */
  async function logitsOf(layers: readonly object[], weights: readonly NamedWeight[], pixels: readonly number[]) {
    const input = {
      class_name: 'InputLayer',
      config: { name: 'input', batch_shape: [null, 2, 2, 1], dtype: 'float32' },
    };
    const config = { name: 'sequential', layers: [input, ...layers] };
    const modelTopology = { keras_version: '3.5.0', model_config: { class_name: 'Sequential', config } };
    const file = await written.write('model.keras', '');
    const { classifier, notes } = await openKerasModel(file, async () => ({ modelTopology, weights }), {});
    assert.match(classifier.engine, /^ONNX/);
    const [logits] = await classifier.logits([Float32Array.from(pixels)]);
    classifier.dispose();
    return { logits: Array.from(logits as Float32Array), notes };
  }

  const flatten = { class_name: 'Flatten', config: { name: 'flatten' } };

  it('interpolate at the positions of Keras', async () => {
    const config = { name: 'larger', size: [2, 2], interpolation: 'bilinear', data_format: 'channels_last' };
    const { logits } = await logitsOf([{ class_name: 'UpSampling2D', config }, flatten], [], [0, 1, 0, 1]);
    const row = [0, 0.25, 0.75, 1];
    assert.deepEqual(logits, [...row, ...row, ...row, ...row]);
  });

  it('have their weights as they are, whatever a constraint would make of them', async () => {
    const constraint = { class_name: 'NonNeg', config: {} };
    const config = { name: 'dense', units: 2, activation: 'linear', use_bias: false, kernel_constraint: constraint };
    const values = Float32Array.of(1, -1, 0, 0, 0, 0, 0, 0);
    const weights = [{ name: 'dense/kernel', shape: [4, 2], values }];
    const { logits } = await logitsOf([flatten, { class_name: 'Dense', config }], weights, [1, 0, 0, 0]);
    assert.deepEqual(logits, [1, -1]);
  });

  it('are refused with a reason where they are damaged', async () => {
    const open = (at: string) => openModel({ name: 'model', path: at });
    const bytes = await readFile(path.join(folder, 'sequential.h5'));
    await rejectsWith(written.write('cut.h5', bytes.subarray(0, 3000)).then(open), 'cut.h5', 'HDF5 file is damaged');
    await rejectsWith(written.write('text.h5', 'not HDF5').then(open), 'text.h5', 'HDF5 file is damaged');

    const archive = await ZipArchive.open(path.join(folder, 'sequential.keras'));
    const entries = await Promise.all(
      archive.names.map(async (name) => [name, await archive.read(name, 1e6)] as const),
    );
    archive.close();
    const parts = Object.fromEntries(entries);
    const packed = (change: Record<string, string>) =>
      written.write('m.keras', zipOf({ ...parts, ...change })).then(open);
    await rejectsWith(packed({ 'config.json': '{' }), 'm.keras', 'list of its layers is damaged');
    await rejectsWith(packed({ 'model.weights.h5': '' }), 'm.keras', 'HDF5 file is damaged');
    const { 'model.weights.h5': weights = Buffer.alloc(0), ...others } = parts;
    await rejectsWith(written.write('n.keras', zipOf(others)).then(open), 'n.keras', 'model.weights.h5 is missing');
    await rejectsWith(
      written.write('weights.h5', weights).then(open),
      'weights.h5',
      'no layers',
      'model.save("model.keras")',
    );
  });
});
