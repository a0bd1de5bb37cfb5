import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { changeOnto } from '../../../src/geometry/hyperplane.ts';
import { gainOf, length, nearestInBox } from '../../support/boxedHyperplane.ts';
import type { Checks } from '../../support/checks.ts';

type ChangeOnto = typeof changeOnto;

const norms = ['linf', 'l2', 'l1'] as const;
const pixel = fc.oneof(
  fc.constantFrom(0, 1, 0.5),
  fc.integer({ min: 0, max: 97 }).map((k) => k / 97),
);
const slope = fc.oneof(
  fc.constantFrom(0, 1, -1, 2, -2),
  fc.integer({ min: -300, max: 300 }).map((k) => k / 97),
);

/** A point, a normal that is not zero, how far to go (±1: as far as the range lets one), and points elsewhere. */
const cases = fc.integer({ min: 1, max: 6 }).chain((size) => {
  const list = <T>(item: fc.Arbitrary<T>) => fc.array(item, { minLength: size, maxLength: size });
  return fc.record({
    x: list(pixel),
    w: list(slope).filter((weights) => weights.some((weight) => Math.abs(weight) > 1e-3)),
    part: fc.oneof(fc.constantFrom(0, 1, -1, 1.5), fc.double({ min: -1.2, max: 1.2, noNaN: true })),
    others: fc.array(list(pixel), { minLength: 8, maxLength: 8 }),
    norm: fc.constantFrom(...norms),
  });
});

type Case = (typeof cases extends fc.Arbitrary<infer T> ? T : never) & { needed: number };

/** The most that can be gained from x within the range. */
function reach(x: readonly number[], w: readonly number[], sign: number): number {
  return w.reduce((sum, weight, i) => {
    const room = sign * weight > 0 ? 1 - (x[i] as number) : (x[i] as number);
    return sum + Math.abs(weight) * room;
  }, 0);
}

function always(assertion: (z: number[], given: Case) => void) {
  return (change: ChangeOnto) => {
    fc.assert(
      fc.property(cases, (given) => {
        const needed = given.part * reach(given.x, given.w, Math.sign(given.part));
        const delta = change(given.x, given.w, needed, given.norm);
        assertion(
          given.x.map((value, i) => value + (delta[i] as number)),
          { ...given, needed },
        );
      }),
      { numRuns: 500 },
    );
  };
}

const near = (actual: number, expected: number, slack = 1e-9) =>
  assert.ok(Math.abs(actual - expected) <= slack, `${actual}, not ${expected}`);

/** What holds for the projection onto a hyperplane within the range of pixels. */
export const hyperplaneChecks: Checks<ChangeOnto> = {
  'stays in the range': always((z) => {
    assert.ok(Math.min(...z) >= -1e-15 && Math.max(...z) <= 1 + 1e-15, `it goes to ${z}`);
  }),

  'is on the hyperplane, or as close to it as the range lets it': always((z, { x, w, needed, part }) => {
    near(gainOf(w, z, x), Math.abs(part) > 1 ? needed / Math.abs(part) : needed);
  }),

  'is the point that bisection on the multiplier finds': always((z, { x, w, needed, norm }) => {
    const expected = nearestInBox(x, w, needed, norm);
    for (const [i, value] of z.entries()) near(value, expected[i] as number);
  }),

  'is no farther than any other point of the hyperplane in the range': always((z, { x, w, needed, norm, others }) => {
    const distance = length(
      z.map((value, i) => value - (x[i] as number)),
      norm,
    );
    for (const a of others) {
      for (const b of others) {
        const [gainA, gainB] = [gainOf(w, a, x), gainOf(w, b, x)];
        if (!(gainA < needed && needed < gainB)) continue;
        // Between a and b there is one.
        const part = (needed - gainA) / (gainB - gainA);
        const other = a.map((value, i) => value + part * ((b[i] as number) - value) - (x[i] as number));
        assert.ok(distance <= length(other, norm) + 1e-9, `${distance} > ${length(other, norm)}`);
      }
    }
  }),

  'leaves values as they are that make no difference': always((z, { x, w }) => {
    for (const [i, value] of z.entries()) if (w[i] === 0) assert.equal(value, x[i]);
  }),

  'goes to the same point however long the normal is': (change) => {
    const [x, w] = [
      [0.5, 0.25, 0.9, 0],
      [1, -2, 3, 0],
    ];
    for (const norm of norms) {
      const expected = change(x, w, 0.5, norm);
      for (const scale of [1e-200, 1e-30, 1e30, 1e200]) {
        const scaled = w.map((weight) => scale * weight);
        for (const [i, value] of change(x, scaled, 0.5 * scale, norm).entries()) near(value, expected[i] as number);
      }
      assert.deepEqual(
        [...change(x, [1e-310, 0, 0, 0], 1e10, norm)].map((value) => 0 + value),
        [0.5, 0, 0, 0],
      );
    }
  },

  'does so for as many values as a picture has, in little time': (change) => {
    const size = 3000;
    const x = Array.from({ length: size }, (_, i) => ((7919 * i) % 997) / 996);
    const w = Array.from({ length: size }, (_, i) => (((104_729 * i) % 1999) - 999) / (1 + (i % 13)) ** 3);
    for (const norm of norms) {
      const delta = change(x, w, 0.7 * reach(x, w, 1), norm);
      const expected = nearestInBoxOfMany(x, w, 0.7 * reach(x, w, 1), norm);
      near(length(delta, norm) / expected, 1, 1e-6);
    }
  },
};

/** How far the nearest point is, for norms whose reference takes too long at that size in l1. */
function nearestInBoxOfMany(x: readonly number[], w: readonly number[], needed: number, norm: (typeof norms)[number]) {
  if (norm !== 'l1') {
    return length(
      nearestInBox(x, w, needed, norm).map((value, i) => value - (x[i] as number)),
      norm,
    );
  }
  let [left, sum] = [needed, 0];
  for (const i of [...w.keys()].sort((a, b) => Math.abs(w[b] as number) - Math.abs(w[a] as number))) {
    const weight = w[i] as number;
    const size = Math.min(weight > 0 ? 1 - (x[i] as number) : (x[i] as number), left / Math.abs(weight));
    sum += size;
    left -= Math.abs(weight) * size;
    if (left <= 0) break;
  }
  return sum;
}
