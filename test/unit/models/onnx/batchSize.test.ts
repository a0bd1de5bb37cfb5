import assert from 'node:assert/strict';
import { chooseBatchSize } from '../../../../src/models/onnx/batchSize.ts';

const megabyte = 2 ** 20;
const small = { weights: megabyte, activations: megabyte };

/** The batch size that is chosen where batches take so long an image, and those that were tried. */
async function choose(times: Readonly<Record<number, number>>, footprint = small, budget = 1024 * megabyte) {
  const tried: number[] = [];
  const batch = await chooseBatchSize(footprint, budget, async (size) => {
    tried.push(size);
    return times[size] as number;
  });
  return { batch, tried };
}

describe('The batch size', () => {
  it('is the one at which an image takes the least time', async () => {
    assert.equal((await choose({ 1: 4, 4: 2, 16: 1 })).batch, 16);
    assert.equal((await choose({ 1: 4, 4: 2, 16: 3 })).batch, 4);
    assert.equal((await choose({ 1: 4, 4: 5, 16: 1 })).batch, 1);
  });

  it('does not grow for a gain that is lost in noise', async () => {
    assert.equal((await choose({ 1: 4, 4: 3.9, 16: 3.8 })).batch, 1);
  });

  it('is not tried further once a larger one has not paid', async () => {
    assert.deepEqual((await choose({ 1: 4, 4: 5, 16: 1 })).tried, [1, 4]);
  });

  it('stays within the budget', async () => {
    const footprint = { weights: 10 * megabyte, activations: 10 * megabyte };
    assert.equal((await choose({ 1: 4, 4: 2, 16: 1 }, footprint, 200 * megabyte)).batch, 4);
    assert.deepEqual(await choose({ 1: 4, 4: 2, 16: 1 }, footprint, 100 * megabyte), { batch: 1, tried: [] });
  });
});
