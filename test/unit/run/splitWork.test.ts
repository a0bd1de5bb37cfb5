import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { placesIn } from '../../../src/evaluation/share.ts';
import type { RunReport } from '../../../src/reports/report.ts';
import { splitWork } from '../../../src/run/splitWork.ts';
import { weightsOf } from '../../../src/run/weights.ts';
import type { Profile } from '../../../src/runner/stopwatch.ts';
import { planOf } from '../../support/plans.ts';

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

  it('gives each shard a tenth more or less of what the images of the demo take', () => {
    const file = path.join(import.meta.dirname, '..', '..', 'fixtures', 'durations', 'demo.json');
    const { tests } = JSON.parse(readFileSync(file, 'utf8')) as { readonly tests: readonly Recorded[] };
    const plans = tests.map(({ id }) => ({ ...planOf(), id }));
    const weights = weightsOf(plans, { tests: tests.map((test) => ({ ...test, attack: {} })) } as unknown as RunReport);
    const whole = weights.reduce((sum, weight) => sum + weight, 0);
    for (const count of [2, 3, 4, 8]) {
      for (const [shard, shares] of splitWork(weights, count).entries()) {
        const work = shares.reduce((sum, share, test) => {
          const points = Object.entries(tests[test]?.points ?? {});
          const all = points.reduce((sum, [, each]) => sum + each, 0);
          const places = placesIn(
            share,
            points.map(([sha256]) => ({ sha256 })),
          );
          const own = [...places].reduce((sum, place) => sum + (points[place]?.[1] ?? 0), 0);
          return sum + ((weights[test] ?? 0) * own) / all;
        }, 0);
        const share = (work * count) / whole;
        assert.ok(Math.abs(share - 1) <= 0.1, `shard ${shard + 1} of ${count} has ${share} of its part`);
      }
    }
  });
});

/** What a test of the demo took, and how many points each of its images asked about. */
interface Recorded {
  readonly id: string;
  readonly status: string;
  readonly time: number;
  readonly profile: Profile;
  readonly points: Readonly<Record<string, number>>;
}
