import assert from 'node:assert/strict';
import { readFile, stat, utimes, writeFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { ModelCache } from '../../../src/jobs/modelCache.ts';
import { noPreprocessing } from '../../../src/models/preprocessing.ts';
import { startTensorFlow } from '../../../src/models/tfjs/backend.ts';
import { writeLayersModel } from '../../../src/models/tfjs/training/writeLayersModel.ts';
import { fillWeights } from '../../support/fillWeights.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

describe('ModelCache', () => {
  const folder = temporaryFolder();
  let source = { name: 'tiny', path: '', labels: '', preprocessing: noPreprocessing };
  let cache = new ModelCache();
  before(async () => {
    await startTensorFlow();
  });
  beforeEach(async () => {
    const model = fillWeights(
      tfl.sequential({
        layers: [
          tfl.layers.conv2d({ filters: 2, kernelSize: 2, strides: 2, inputShape: [4, 4, 1] }),
          tfl.layers.flatten(),
          tfl.layers.dense({ units: 3 }),
        ],
      }),
    );
    const path = await writeLayersModel(model, folder.at('model'));
    model.dispose();
    source = { ...source, path, labels: await folder.write('labels.txt', 'a\nb\nc\n') };
    cache = new ModelCache();
  });

  /** Moves the time of a file by a minute, as a later write would. */
  async function touch(file: string): Promise<void> {
    const { atime, mtimeMs } = await stat(file);
    await utimes(file, atime, new Date(mtimeMs + 60_000));
  }

  it('keeps a model while its files stay as they are', async () => {
    assert.equal(await cache.open(source), await cache.open({ ...source }));
  });

  for (const name of ['model/model.json', 'model/weights.bin', 'labels.txt']) {
    it(`opens the model again when ${name} has changed`, async () => {
      const first = await cache.open(source);
      await touch(folder.at(name));
      const second = await cache.open(source);
      assert.notEqual(second, first);
      assert.equal(await cache.open(source), second);
    });
  }

  it('answers with the weights that the file holds now', async () => {
    const image = new Float32Array(16).fill(0.5);
    const answer = async () => (await cache.open(source)).classifier.logits([image]);
    const before = await answer();
    const weights = folder.at('model', 'weights.bin');
    await writeFile(weights, new Uint8Array((await readFile(weights)).length));
    await touch(weights);
    assert.notDeepEqual(await answer(), before);
    assert.deepEqual(await answer(), [new Float32Array(3)]);
  });

  it('opens the model again for other preprocessing', async () => {
    const first = await cache.open(source);
    assert.notEqual(await cache.open({ ...source, preprocessing: { ...noPreprocessing, std: [2, 2, 2] } }), first);
  });

  it('says what is wrong with files that were damaged or removed since, and recovers', async () => {
    const weights = folder.at('model', 'weights.bin');
    const bytes = await readFile(weights);
    await cache.open(source);
    await writeFile(weights, bytes.subarray(0, 8));
    await rejectsWith(cache.open(source), 'truncated');
    await writeFile(weights, bytes);
    assert.equal((await cache.open(source)).classifier.classes.length, 3);
  });

  it('frees a model when it opens another', async () => {
    const ask = async () => {
      const { classifier } = await cache.open(source);
      await classifier.logits([new Float32Array(16)]);
    };
    await ask();
    const { numTensors } = tf.memory();
    for (let i = 0; i < 3; i++) {
      await touch(source.path);
      await ask();
    }
    assert.equal(tf.memory().numTensors, numTensors);
  });
});
