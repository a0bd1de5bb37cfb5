import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  computeMetrics,
  medianInterval,
  type Status,
  type Tally,
  wilsonInterval,
} from '../../../src/evaluation/metrics.ts';
import type { Norms } from '../../../src/geometry/norms.ts';

const normsOf = (linf: number): Norms => ({ linf, l2: 2 * linf, l1: 3 * linf, l0: 4 * linf });
const fooled = (linf: number): Tally => ({ status: 'fooled', norms: normsOf(linf) });
const held: Tally = { status: 'held', norms: normsOf(1) };
const wrong: Tally = { status: 'wrong' };
const ineligible: Tally = { status: 'ineligible' };

describe("Wilson's interval", () => {
  // Brown, Cai & DasGupta 2001 and the usual tables, to the digits they give.
  for (const [count, of, low, high] of [
    [0, 10, 0, 0.2775],
    [1, 10, 0.0179, 0.4042],
    [5, 10, 0.2366, 0.7634],
    [8, 10, 0.4902, 0.9433],
    [10, 10, 0.7225, 1],
    [15, 50, 0.191, 0.4375],
  ] as const) {
    it(`of ${count} in ${of} is [${low}, ${high}]`, () => {
      const interval = wilsonInterval(count, of);
      assert.deepEqual(
        interval.map((bound) => Number(bound.toFixed(4))),
        [low, high],
      );
    });
  }

  it('holds the proportion, lies in [0, 1], mirrors, and shrinks as numbers grow', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), fc.nat(), (of, drawn) => {
        const count = drawn % (of + 1);
        const [low, high] = wilsonInterval(count, of);
        assert.ok(0 <= low && low <= count / of && count / of <= high && high <= 1, `${low} ${count / of} ${high}`);
        const [mirroredLow, mirroredHigh] = wilsonInterval(of - count, of);
        assert.ok(Math.abs(low + mirroredHigh - 1) < 1e-12 && Math.abs(high + mirroredLow - 1) < 1e-12);
        const [lower, higher] = wilsonInterval(10 * count, 10 * of);
        assert.ok(higher - lower < high - low);
      }),
    );
  });
});

describe('metrics', () => {
  it('count every example once', () => {
    const metrics = computeMetrics([fooled(0.1), wrong, held, ineligible, wrong, fooled(0.3), held], 'linf', {
      targeted: true,
    });
    assert.deepEqual(metrics.counts, { total: 7, wrong: 2, ineligible: 1, eligible: 4, fooled: 2, held: 2 });
  });

  it('take accuracies of all examples, and the success rate of those that were attacked', () => {
    const metrics = computeMetrics([fooled(0.1), wrong, held, held, fooled(0.2), wrong, wrong, fooled(0.1)], 'l2', {
      targeted: false,
    });
    assert.equal(metrics.cleanAccuracy, 5 / 8);
    assert.equal(metrics.robustAccuracy, 2 / 8);
    assert.equal(metrics.successRate, 3 / 5);
    assert.deepEqual(metrics.intervals, {
      cleanAccuracy: wilsonInterval(5, 8),
      robustAccuracy: wilsonInterval(2, 8),
      successRate: wilsonInterval(3, 5),
      // Ranks 1 and 5 of 5: 0.31 and 4.69, rounded up.
      medianDistance: [0.2, Number.POSITIVE_INFINITY],
    });
  });

  it('count an example that is not eligible as right before the attack', () => {
    const metrics = computeMetrics([ineligible, wrong, fooled(0.1), held], 'linf', { targeted: true });
    assert.equal(metrics.cleanAccuracy, 3 / 4);
    assert.equal(metrics.successRate, 1 / 2);
  });

  it('have no robust accuracy when the attack has a target', () => {
    const metrics = computeMetrics([fooled(0.1), held], 'linf', { targeted: true });
    assert.ok(!('robustAccuracy' in metrics));
    assert.ok(!('robustAccuracy' in metrics.intervals));
  });

  for (const [what, examples, median] of [
    ['the middle of an odd count', [fooled(0.3), fooled(0.1), fooled(0.2)], 0.2],
    ['between the middle two of an even count', [fooled(0.5), fooled(0.125), fooled(0.25), fooled(0.75)], 0.375],
    ['infinite when more held than were fooled', [fooled(0.1), held, held], Number.POSITIVE_INFINITY],
    ['infinite when as many held as were fooled', [fooled(0.1), fooled(0.2), held, held], Number.POSITIVE_INFINITY],
    ['finite when more were fooled than held', [fooled(0.1), fooled(0.2), held], 0.2],
    ['infinite when all held', [held, held], Number.POSITIVE_INFINITY],
    ['that of the eligible only', [wrong, wrong, fooled(0.5), ineligible], 0.5],
  ] as const) {
    it(`have a median distance ${what}`, () => {
      assert.equal(computeMetrics(examples, 'linf', { targeted: false }).medianDistance, median);
    });
  }

  it('have an infinite mean distance as soon as one held', () => {
    assert.equal(computeMetrics([fooled(0.25), fooled(0.75)], 'linf', { targeted: false }).meanDistance, 0.5);
    assert.equal(
      computeMetrics([fooled(0.25), held], 'linf', { targeted: false }).meanDistance,
      Number.POSITIVE_INFINITY,
    );
  });

  it('measure in the norm of the attack', () => {
    for (const norm of ['linf', 'l2', 'l1', 'l0'] as const) {
      assert.equal(computeMetrics([fooled(0.25)], norm, { targeted: false }).medianDistance, normsOf(0.25)[norm]);
    }
  });

  it('do not depend on the order of the examples', () => {
    const tallies = fc.array(
      fc.record({
        status: fc.constantFrom<Status>('wrong', 'ineligible', 'fooled', 'undecided', 'held'),
        norms: fc.integer({ min: 0, max: 64 }).map((k) => normsOf(k / 64)),
      }),
    );
    fc.assert(
      fc.property(tallies, (list) => {
        const examples = [...list, fooled(0.5)];
        assert.deepEqual(
          computeMetrics(examples, 'l2', { targeted: false }),
          computeMetrics(examples.toReversed(), 'l2', { targeted: false }),
        );
      }),
    );
  });
});

describe('the interval of a median', () => {
  const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

  // Conover 1999, section 3.2: ranks n/2 ± 1.96 √n/2, rounded up.
  for (const [n, low, high] of [
    [16, 5, 12],
    [20, 6, 15],
    [100, 41, 60],
  ] as const) {
    it(`of 1 to ${n} is [${low}, ${high}] at 95%`, () => assert.deepEqual(medianInterval(upTo(n), 0.95), [low, high]));
  }

  it('is open where there are too few values', () => {
    assert.deepEqual(medianInterval(upTo(2), 0.95), [0, Infinity]);
  });

  it('widens with the confidence', () => {
    assert.deepEqual(medianInterval(upTo(100), 0.8), [44, 57]);
    assert.deepEqual(medianInterval(upTo(100), 0.99), [38, 63]);
  });
});

describe('metrics where examples are undecided', () => {
  const undecided: Tally = { status: 'undecided' };
  const examples = [fooled(0.25), fooled(0.5), undecided, held, held, wrong];
  const metrics = computeMetrics(examples, 'linf', { targeted: false });

  it('count them as fooled without a perturbation', () => {
    assert.deepEqual(metrics.counts, {
      total: 6,
      wrong: 1,
      ineligible: 0,
      eligible: 5,
      fooled: 2,
      undecided: 1,
      held: 2,
    });
    assert.deepEqual([metrics.robustAccuracy, metrics.successRate, metrics.medianDistance], [2 / 6, 3 / 5, 0.5]);
    assert.deepEqual(metrics.intervals.robustAccuracy, wilsonInterval(2, 6));
  });

  it('say what they would be if all of them held', () => {
    const { ifHeld } = metrics;
    assert.deepEqual([ifHeld?.robustAccuracy, ifHeld?.successRate, ifHeld?.medianDistance], [3 / 6, 2 / 5, Infinity]);
    assert.deepEqual(ifHeld?.intervals.successRate, wilsonInterval(2, 5));
    assert.equal(computeMetrics([held], 'linf', { targeted: false }).ifHeld, undefined);
  });
});
