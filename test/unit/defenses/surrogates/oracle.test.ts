import assert from 'node:assert/strict';
import { Oracle } from '../../../../src/defenses/surrogates/oracle.ts';
import { linearClassifier } from '../../../support/linearClassifier.ts';
import { recording } from '../../../support/runs.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';

/** Class 1 wins above 1/2. */
const classifier = linearClassifier([[0], [1]], [0.5, 0], { height: 1, width: 1, channels: 1 });
const images = [0.1, 0.9, 0.3, 0.7, 0.6].map((value) => Float32Array.of(value));

describe('asking a model for labels', () => {
  const folder = temporaryFolder();

  function oracle(queries = 100, seed = '1') {
    const model = recording(classifier);
    const { signal } = new AbortController();
    return {
      model,
      oracle: new Oracle({ folder: folder.at('checkpoint'), fingerprint: { seed }, model, queries, signal }),
    };
  }

  it('gives what the model predicts, and asks once about each image', async () => {
    const { model, oracle: own } = oracle();
    assert.deepEqual(await own.labeled(images, 'images'), { images, labels: [0, 1, 0, 1, 1] });
    assert.deepEqual(model.asked, images);
    assert.equal(own.asked, 5);
  });

  it('remembers the answers of an earlier training of the same kind, and counts them', async () => {
    const before = await oracle().oracle.labeled(images, 'images');
    const { model, oracle: own } = oracle();
    assert.deepEqual(await own.labeled(images, 'images'), before);
    assert.deepEqual(model.asked, []);
    assert.equal(own.asked, 5);
  });

  it('asks anew about other images, and in another training', async () => {
    await oracle().oracle.labeled(images, 'images');
    const { model, oracle: own } = oracle();
    await own.labeled(images.slice(0, 2), 'round-1');
    assert.equal(model.asked.length, 2);
    const other = oracle(100, '2');
    await other.oracle.labeled(images, 'images');
    assert.equal(other.model.asked.length, 5);
  });

  it('asks no more questions than it may', async () => {
    const { model, oracle: own } = oracle(7);
    assert.equal((await own.labeled(images, 'images')).images.length, 5);
    const rest = await own.labeled(images, 'round-1');
    assert.deepEqual(rest, { images: images.slice(0, 2), labels: [0, 1] });
    assert.deepEqual(await own.labeled(images, 'round-2'), { images: [], labels: [] });
    assert.deepEqual([model.asked.length, own.asked], [7, 7]);
  });
});
