import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import type * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { openModel } from '../../../../src/models/open.ts';
import { noPreprocessing } from '../../../../src/models/preprocessing.ts';
import { startTensorFlow } from '../../../../src/models/tfjs/backend.ts';
import { readLayersModel } from '../../../../src/models/tfjs/readLayersModel.ts';
import { writeLayersModel } from '../../../../src/models/tfjs/training/writeLayersModel.ts';
import { fillWeights } from '../../../support/fillWeights.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';

type Manifest = { paths: string[]; weights: tf.io.WeightsManifestEntry[] }[];
type ModelFile = { modelTopology: unknown; weightsManifest: Manifest };

/** Four logits of a 3 × 2 gray image: 24 weights and 4 biases. */
function tinyModel(): tfl.LayersModel {
  return fillWeights(
    tfl.sequential({ layers: [tfl.layers.flatten({ inputShape: [3, 2, 1] }), tfl.layers.dense({ units: 4 })] }),
  );
}

const image = Float32Array.of(0, 0.2, 0.4, 0.6, 0.8, 1);

describe('model files', () => {
  const folder = temporaryFolder();
  let file = '';
  before(async () => {
    await startTensorFlow();
  });
  beforeEach(async () => {
    file = await writeLayersModel(tinyModel(), folder.at('model'));
  });

  const open = (path = file, labels?: string) =>
    openModel({ name: 'tiny', path, labels, preprocessing: noPreprocessing });
  const weights = () => folder.at('model', 'weights.bin');
  const answerOf = async () => Array.from((await (await open()).classifier.logits([image]))[0] ?? []);

  /** Changes the text of model.json by way of its object. */
  async function edit(change: (json: ModelFile) => unknown): Promise<void> {
    const json = JSON.parse(await readFile(file, 'utf8')) as ModelFile;
    await writeFile(file, JSON.stringify(change(json) ?? json));
  }

  it('opens, with an identity that changes with every byte of its files', async () => {
    const first = await open();
    assert.deepEqual(first.files, [file, weights()]);
    assert.match(first.sha256, /^[0-9a-f]{64}$/);
    assert.deepEqual(first.classifier.classes, ['0', '1', '2', '3']);
    const bytes = await readFile(weights());
    bytes[0] = (bytes[0] as number) ^ 1;
    await writeFile(weights(), bytes);
    assert.notEqual((await open()).sha256, first.sha256);
  });

  it('says that the weights are truncated, and by how much', async () => {
    await writeFile(weights(), (await readFile(weights())).subarray(0, 50));
    await rejectsWith(open(), file, 'weights.bin has 50 bytes of weights, but the model needs 112', 'truncated');
  });

  it('says that the weights are those of another model', async () => {
    await writeFile(weights(), new Uint8Array(200));
    await rejectsWith(open(), file, '200 bytes', 'belongs to another model');
  });

  it('says which weight file is missing', async () => {
    await rm(weights());
    await rejectsWith(open(), file, 'weight file weights.bin is missing', 'Copy it next to the model');
  });

  it('reads no weights from outside of its folder', async () => {
    for (const name of ['../weights.bin', 'in/../../weights.bin', '/dev/zero']) {
      await edit(({ weightsManifest: [group] }) => {
        if (group) group.paths = [name];
      });
      await rejectsWith(open(), file, `weight file ${name} is outside the model’s folder`);
    }
  });

  it('reads weights in several files, and says which is missing', async () => {
    const expected = await answerOf();
    const bytes = await readFile(weights());
    await writeFile(folder.at('model', 'shard1'), bytes.subarray(0, 33));
    await writeFile(folder.at('model', 'shard2'), bytes.subarray(33));
    await edit(({ weightsManifest: [group] }) => {
      if (group) group.paths = ['shard1', 'shard2'];
    });
    assert.deepEqual(await answerOf(), expected);
    await rm(folder.at('model', 'shard2'));
    await rejectsWith(open(), file, 'weight file shard2 is missing');
  });

  it('refuses a manifest with weights that can be none', async () => {
    const text = await readFile(file, 'utf8');
    for (const change of [{ shape: [-1] }, { shape: [0.5] }, { shape: [[]] }, { dtype: [] }, { name: null }]) {
      await edit(({ weightsManifest: [group] }) => Object.assign(group?.weights[0] as object, change));
      await rejectsWith(open(), file, 'not a TensorFlow.js layers model');
      await writeFile(file, text);
    }
  });

  it('says that a file is not JSON', async () => {
    await writeFile(file, (await readFile(file, 'utf8')).slice(0, -20));
    await rejectsWith(open(), file, 'is not valid JSON', 'Export or copy the model again');
  });

  for (const json of [
    {},
    null,
    [],
    7,
    'text',
    { modelTopology: null, weightsManifest: [] },
    { modelTopology: {} },
    { modelTopology: {}, weightsManifest: [null] },
    { modelTopology: {}, weightsManifest: [{ paths: ['weights.bin'] }] },
    { modelTopology: {}, weightsManifest: [{ paths: [3], weights: [] }] },
    { modelTopology: {}, weightsManifest: [{ paths: [], weights: [{ name: 'kernel' }] }] },
  ]) {
    it(`says that this is JSON, but no model: ${JSON.stringify(json)}`, async () => {
      await writeFile(file, JSON.stringify(json));
      await rejectsWith(open(), file, 'is JSON, but not a TensorFlow.js layers model');
    });
  }

  it('says that a graph model has no layers', async () => {
    await edit((json) => ({ ...json, format: 'graph-model' }));
    await rejectsWith(readLayersModel(file), file, 'graph model, which has no layers', 'Export a layers model instead');
  });

  it('names a layer class that does not exist', async () => {
    await edit((json) => JSON.parse(JSON.stringify(json).replaceAll('"Dense"', '"Wormhole"')));
    await rejectsWith(open(), file, 'has no layers of the kind Wormhole', 'Convert the model to ONNX', /^[^\n]*$/);
  });

  it('says that a weight has no values', async () => {
    await edit(({ weightsManifest: [group] }) => {
      group?.weights.pop();
    });
    await writeFile(weights(), (await readFile(weights())).subarray(0, 96));
    await rejectsWith(open(), file, 'TensorFlow.js cannot build this model', /bias/, /^[^\n]*$/);
  });

  for (const value of [Number.NaN, Infinity]) {
    it(`names the weight that is ${value}`, async () => {
      const bytes = await readFile(weights());
      bytes.writeFloatLE(value, 4 * 5);
      await writeFile(weights(), bytes);
      await rejectsWith(open(), file, /weight \S*kernel/, `holds ${value} at index 5`, 'train or export it again');
    });
  }

  it('compares the number of labels with the number of classes', async () => {
    const labels = await folder.write('labels.txt', 'a\nb\nc\n');
    await rejectsWith(open(file, labels), file, 'The model has 4 classes, but its labels name 3', 'Check "labels"');
  });

  it('says that there is no such model', async () => {
    const missing = folder.at('nowhere', 'model.json');
    await rejectsWith(open(missing), missing, 'there is no such model', 'Check "path"');
  });

  it('says which formats it opens', async () => {
    const text = await folder.write('model.txt', 'weights: 1 2 3');
    await rejectsWith(open(text), text, 'this format is not supported', 'model.json');
    await mkdir(folder.at('empty'));
    await rejectsWith(open(folder.at('empty')), folder.at('empty'), 'has no model that Perturb can open', 'model.json');
  });

  for (const dtype of ['uint8', 'uint16'] as const) {
    it(`reads weights quantized to ${dtype}`, async () => {
      const exact = await answerOf();
      const levels = dtype === 'uint8' ? 255 : 65535;
      const [min, scale] = [-2, 4 / levels];
      const values = floatsOf(await readFile(weights())).map((value) => Math.round((value - min) / scale));
      await writeFile(weights(), dtype === 'uint8' ? Uint8Array.from(values) : bytesOf(Uint16Array.from(values)));
      await edit((json) => quantize(json, { dtype, min, scale }));
      const found = await answerOf();
      // Six values of at most 1 and a bias, each off by at most half a level.
      for (const [k, z] of found.entries()) assert.ok(Math.abs(z - (exact[k] as number)) <= 4 * scale);
      assert.notDeepEqual(found, exact);
    });
  }

  it('reads weights quantized to float16', async () => {
    const exact = await answerOf();
    await writeFile(weights(), bytesOf(Uint16Array.from(floatsOf(await readFile(weights())), toHalf)));
    await edit((json) => quantize(json, { dtype: 'float16' }));
    for (const [k, z] of (await answerOf()).entries()) assert.ok(Math.abs(z - (exact[k] as number)) < 5e-3);
  });

  it('says that quantized weights are truncated', async () => {
    await edit((json) => quantize(json, { dtype: 'uint8', min: -2, scale: 0.1 }));
    await writeFile(weights(), new Uint8Array(27));
    await rejectsWith(open(), file, 'has 27 bytes of weights, but the model needs 28', 'truncated');
  });
});

function quantize(json: ModelFile, quantization: tf.io.WeightsManifestEntry['quantization']): ModelFile {
  const weightsManifest = json.weightsManifest.map(({ paths, weights }) => ({
    paths,
    weights: weights.map((weight) => ({ ...weight, quantization })),
  }));
  return { ...json, weightsManifest };
}

function floatsOf(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
}

function bytesOf(values: Uint16Array): Uint8Array {
  return new Uint8Array(values.buffer);
}

/** Half precision by truncation; for normal values of a moderate size. */
function toHalf(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0] as number;
  const exponent = ((bits >>> 23) & 0xff) - 127 + 15;
  return ((bits >>> 16) & 0x8000) | (exponent << 10) | ((bits >>> 13) & 0x3ff);
}
