import assert from 'node:assert/strict';
import fc from 'fast-check';
import { splitWork } from '../../../src/run/splitWork.ts';

const weights = fc.array(fc.double({ min: 0, max: 1e4, noNaN: true }), { minLength: 1, maxLength: 12 });
const shards = fc.integer({ min: 1, max: 64 });

describe('splitting work among shards', () => {
  it('leaves nothing out and nothing twice', () => {
    fc.assert(
      fc.property(weights, shards, (lengths, count) => {
        const split = splitWork(lengths, count);
        assert.equal(split.length, count);
        for (const test of lengths.keys()) {
          let end = 0;
          for (const shares of split) {
            const { from, to } = shares[test] as { from: number; to: number };
            if (from >= to) continue;
            assert.equal(from, end, 'it begins where the one before ends');
            end = to;
          }
          assert.equal(end, 1, 'all of the test is split');
        }
      }),
    );
  });

  it('gives each shard the same work', () => {
    fc.assert(
      fc.property(weights, shards, (lengths, count) => {
        const whole = lengths.reduce((sum, length) => sum + length, 0);
        fc.pre(whole > 1);
        for (const shares of splitWork(lengths, count)) {
          const work = shares.reduce(
            (sum, { from, to }, test) => sum + Math.max(0, to - from) * (lengths[test] ?? 0),
            0,
          );
          assert.ok(Math.abs(work - whole / count) <= 1e-6 * whole, `${work} of ${whole} in ${count} shards`);
        }
      }),
    );
  });

  it('gives a shard few tests', () => {
    const split = splitWork([1, 1, 1, 1], 4);
    assert.deepEqual(
      split.map((shares) => shares.filter(({ from, to }) => from < to).length),
      [1, 1, 1, 1],
    );
  });
});
