import assert from 'node:assert/strict';
import { batchFor, batchSizesWithin, chooseBatchSizes } from '../../../../../src/models/onnx/session/batchSize.ts';

const megabyte = 2 ** 20;

/** The batch sizes that are kept where batches take so long an image, the largest of them, and those that were tried. */
async function choose(times: Readonly<Record<number, number>>, answerAt: (batch: number) => number = () => 0.5) {
  const tried: number[] = [];
  const kept = await chooseBatchSizes([1, 4, 16, 64], async (size) => {
    tried.push(size);
    const [answers, alone] = [size, 1].map((batch) =>
      Array.from({ length: size }, (_, image) => Float32Array.of(image, answerAt(batch))),
    ) as [Float32Array[], Float32Array[]];
    return { time: size * (times[size] ?? Number.POSITIVE_INFINITY), answers, alone };
  });
  const sizes = kept.map(({ batch }) => batch);
  return { batch: sizes.at(-1), sizes, kept, tried };
}

describe('The batch size', () => {
  it('is the one at which an image takes the least time', async () => {
    assert.equal((await choose({ 1: 4, 4: 2, 16: 1 })).batch, 16);
    assert.equal((await choose({ 1: 4, 4: 2, 16: 3 })).batch, 4);
    assert.equal((await choose({ 1: 4, 4: 5, 16: 1 })).batch, 16);
    assert.equal((await choose({ 1: 4, 4: 5, 16: 5 })).batch, 1);
  });

  it('does not grow for a gain that is lost in noise', async () => {
    assert.equal((await choose({ 1: 4, 4: 3.9, 16: 3.8 })).batch, 1);
  });

  it('is not tried further once one image keeps the machine busy', async () => {
    assert.deepEqual((await choose({ 1: 80, 4: 20, 16: 10 })).tried, [1]);
  });

  it('is never one at which an image is answered otherwise than alone, in the last bit even', async () => {
    const other = Math.fround(0.5 + 2 ** -23);
    assert.equal((await choose({ 1: 4, 4: 2, 16: 1 }, (batch) => (batch === 16 ? other : 0.5))).batch, 4);
    assert.equal((await choose({ 1: 4, 4: 2, 16: 1 }, (batch) => (batch === 1 ? 0 : -0))).batch, 1);
  });

  it('is not one at which the model does not run, or answers fewer images', async () => {
    const attempt = async (size: number) => {
      const answers = [Float32Array.of(1)];
      if (size === 16) throw new Error('the first axis is fixed');
      return { time: 1, answers, alone: Array.from({ length: size }, () => Float32Array.of(1)) };
    };
    for (const sizes of [
      [1, 16],
      [1, 4],
    ])
      assert.deepEqual(await chooseBatchSizes(sizes, attempt), [{ batch: 1, time: 1 }]);
  });

  it('is not tried where there is nothing to choose', async () => {
    const [only] = await chooseBatchSizes([3], () => assert.fail('tried'));
    assert.equal(only?.batch, 3);
  });

  it('is kept along with the smallest, and with those between where large batches are worth it', async () => {
    assert.deepEqual((await choose({ 1: 4, 4: 2, 16: 1 })).sizes, [1, 16]);
    assert.deepEqual((await choose({ 1: 4, 4: 2, 16: 1, 64: 0.5 })).sizes, [1, 4, 16, 64]);
  });

  it('for a few images is the one at which each of them takes the least time', async () => {
    const { kept } = await choose({ 1: 10, 16: 8 });
    assert.deepEqual(
      [1, 2, 5, 12, 13, 16, 40].map((count) => batchFor(count, kept)),
      [1, 1, 1, 1, 16, 16, 16],
    );
    const { kept: ofSmall } = await choose({ 1: 20, 4: 8, 16: 4, 64: 3 });
    assert.deepEqual(
      [1, 2, 4, 7, 8, 16, 22, 47, 48, 64].map((count) => batchFor(count, ofSmall)),
      [1, 4, 4, 4, 16, 16, 16, 16, 64, 64],
    );
  });

  it('is large only where what is between the layers stays in a cache', () => {
    const sizesAt = (activations: number) => batchSizesWithin(1024 * megabyte, { weights: megabyte, activations });
    assert.deepEqual(sizesAt(megabyte / 64), [1, 4, 16, 32, 64]);
    assert.deepEqual(sizesAt(megabyte / 63), [1, 4, 16, 32]);
    assert.deepEqual(sizesAt(megabyte / 31), [1, 4, 16]);
  });

  it('stays within the budget', () => {
    const footprint = { weights: 10 * megabyte, activations: 10 * megabyte };
    assert.deepEqual(batchSizesWithin(1024 * megabyte, footprint), [1, 4, 16]);
    assert.deepEqual(batchSizesWithin(200 * megabyte, footprint), [1, 4]);
    assert.deepEqual(batchSizesWithin(megabyte, footprint), [1]);
  });
});
