import assert from 'node:assert/strict';
import type { Round } from '../../../src/evaluation/evaluate.ts';
import { computeMetrics, type Tally } from '../../../src/evaluation/metrics.ts';
import { compare } from '../../../src/evaluation/verdict.ts';
import { planOf } from '../../support/plans.ts';

const fooledAt = (linf: number): Tally => ({ status: 'fooled', norms: { linf, l2: linf, l1: linf, l0: 1 } });
const held: Tally = { status: 'held' };
const wrong: Tally = { status: 'wrong' };

const roundOf = (epsilon: number, examples: readonly Tally[], targeted = false): Round => ({
  epsilon,
  parameters: {},
  metrics: computeMetrics(examples, 'linf', { targeted }),
  queries: { points: 0, gradients: 0 },
  warnings: [],
});

/** Clean accuracy 3/4, robust accuracy 1/4, success rate 2/3, median distance 1/4. */
const round = roundOf(0.25, [fooledAt(0.125), fooledAt(0.25), held, wrong]);

describe('comparing with what is expected', () => {
  for (const [metric, measured, direction] of [
    ['cleanAccuracy', 3 / 4, 1],
    ['robustAccuracy', 1 / 4, 1],
    ['medianDistance', 1 / 4, 1],
    ['successRate', 2 / 3, -1],
  ] as const) {
    it(`takes ${metric} for a ${direction > 0 ? 'minimum' : 'maximum'}, which may be reached exactly`, () => {
      const metAt = (expected: number) => compare(planOf({ expect: { [metric]: [expected] } }), [round]);
      assert.deepEqual(metAt(measured), [{ metric, epsilon: 0.25, expected: measured, measured, met: true }]);
      assert.equal(metAt(measured - direction / 100)[0]?.met, true);
      assert.equal(metAt(measured + direction / 100)[0]?.met, false);
    });
  }

  it('compares each budget with its own bound', () => {
    const rounds = [roundOf(0.125, [held, fooledAt(0.1)]), roundOf(0.25, [fooledAt(0.2), fooledAt(0.1)])];
    const comparisons = compare(planOf({ expect: { robustAccuracy: [0.75, 0] } }), rounds);
    assert.deepEqual(
      comparisons.map(({ epsilon, expected, measured, met }) => [epsilon, expected, measured, met]),
      [
        [0.125, 0.75, 0.5, false],
        [0.25, 0, 0, true],
      ],
    );
  });

  it('compares nothing that is not expected', () => {
    assert.deepEqual(compare(planOf(), [round]), []);
  });

  it('compares no robust accuracy where there is none', () => {
    const targeted = roundOf(0.25, [held], true);
    assert.deepEqual(compare(planOf({ expect: { robustAccuracy: [0.5] } }), [targeted]), []);
  });

  it('meets a minimum of the median distance when more than half held', () => {
    const [comparison] = compare(planOf({ expect: { medianDistance: [100] } }), [roundOf(0.25, [held])]);
    assert.equal(comparison?.met, true);
  });
});
