import assert from 'node:assert/strict';
import { cannotFail, compare } from '../../../src/evaluation/comparison.ts';
import { computeMetrics, type Tally } from '../../../src/evaluation/metrics.ts';
import type { Round } from '../../../src/evaluation/round.ts';
import { conclude } from '../../../src/evaluation/verdict.ts';
import { planOf } from '../../support/plans.ts';

const fooledAt = (linf: number): Tally => ({ status: 'fooled', norms: { linf, l2: linf, l1: linf, l0: 1 } });
const held: Tally = { status: 'held' };
const undecided: Tally = { status: 'undecided' };
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
      assert.deepEqual(metAt(measured), [{ metric, epsilon: 0.25, expected: measured, measured, result: 'met' }]);
      assert.equal(metAt(measured - direction / 100)[0]?.result, 'met');
      assert.equal(metAt(measured + direction / 100)[0]?.result, 'missed');
    });
  }

  it('compares each budget with its own bound', () => {
    const rounds = [roundOf(0.125, [held, fooledAt(0.1)]), roundOf(0.25, [fooledAt(0.2), fooledAt(0.1)])];
    const comparisons = compare(planOf({ expect: { robustAccuracy: [0.75, 0] } }), rounds);
    assert.deepEqual(
      comparisons.map(({ epsilon, expected, measured, result }) => [epsilon, expected, measured, result]),
      [
        [0.125, 0.75, 0.5, 'missed'],
        [0.25, 0, 0, 'met'],
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
    assert.equal(comparison?.result, 'met');
  });
});

describe('a test that cannot fail', () => {
  it('expects what every model meets, and nothing else', () => {
    for (const expect of [
      { robustAccuracy: [0] },
      { cleanAccuracy: [0], medianDistance: [0] },
      { successRate: [1, 1] },
    ])
      assert.equal(cannotFail({ expect }), true);
  });

  it('is not one with a bound that may be missed, or one that expects nothing', () => {
    for (const expect of [
      {},
      { robustAccuracy: [0.1, 0] },
      { cleanAccuracy: [0], robustAccuracy: [0.01] },
      { successRate: [0] },
      { medianDistance: [0.001] },
    ])
      assert.equal(cannotFail({ expect }), false);
  });
});

describe('an expectation where images are undecided', () => {
  // Of 8 images 2 are fooled, 2 undecided, 4 held: between 4/8 and 6/8 withstand the attack.
  const open = roundOf(0.25, [fooledAt(0.125), fooledAt(0.25), undecided, undecided, held, held, held, held]);

  for (const [metric, bounds] of [
    ['robustAccuracy', { met: 4 / 8, undecided: 5 / 8, missed: 7 / 8 }],
    ['successRate', { met: 4 / 8, undecided: 3 / 8, missed: 1 / 8 }],
  ] as const) {
    for (const [result, bound] of Object.entries(bounds)) {
      it(`is ${result} where ${metric} is to be ${bound}`, () => {
        const [comparison] = compare({ expect: { [metric]: [bound] } }, [open]);
        assert.equal(comparison?.result, result);
      });
    }
  }

  it('takes undecided images for the nearest or the farthest of a median distance', () => {
    const round = roundOf(0.25, [undecided, undecided, fooledAt(0.125), fooledAt(0.25), held]);
    const at = (bound: number) => compare({ expect: { medianDistance: [bound] } }, [round])[0]?.result;
    assert.deepEqual([at(0.125), at(0.13), at(1000)], ['met', 'undecided', 'undecided']);
  });

  it('says what is certain, and what is possible', () => {
    const [comparison] = compare({ expect: { robustAccuracy: [0.6] } }, [open]);
    assert.deepEqual([comparison?.measured, comparison?.atBest], [4 / 8, 6 / 8]);
  });

  it('makes the test errored unless it is missed anyway', () => {
    const plan = (bound: number) => planOf({ expect: { robustAccuracy: [bound] } });
    assert.deepEqual(
      [4 / 8, 5 / 8, 7 / 8].map((bound) => conclude(plan(bound), [open], 2).status),
      ['passed', 'errored', 'failed'],
    );
  });

  it('leaves a test without expectations errored where nothing was decided, and measured, never passed, elsewhere', () => {
    assert.equal(conclude(planOf(), [open], 2).status, 'measured');
    assert.equal(conclude(planOf(), [roundOf(0.25, [undecided, undecided, wrong])], 2).status, 'errored');
  });
});

describe('an expectation with a confidence', () => {
  // 40 of 50 withstand: Wilson's interval is [66.96 %, 88.76 %] at 95 %, [65.66 %… at 99 % wider.
  const many = roundOf(0.25, [
    ...Array.from({ length: 40 }, () => held),
    ...Array.from({ length: 10 }, () => fooledAt(0.1)),
  ]);
  const at = (metric: string, bound: number, confidence?: 0.8 | 0.95 | 0.99) =>
    compare({ expect: { [metric]: [bound] }, ...(confidence && { confidence }) }, [
      {
        ...many,
        metrics: computeMetrics(
          [...Array.from({ length: 40 }, () => held), ...Array.from({ length: 10 }, () => fooledAt(0.1))],
          'linf',
          { targeted: false, ...(confidence && { confidence }) },
        ),
      },
    ])[0];

  it('holds the end of the interval against the bound', () => {
    assert.equal(at('robustAccuracy', 0.8)?.result, 'met');
    assert.equal(at('robustAccuracy', 0.669, 0.95)?.result, 'met');
    assert.equal(at('robustAccuracy', 0.67, 0.95)?.result, 'missed');
    assert.equal(at('robustAccuracy', 0.66, 0.99)?.result, 'missed');
    assert.equal(at('successRate', 0.331, 0.95)?.result, 'met');
    assert.equal(at('successRate', 0.33, 0.95)?.result, 'missed');
  });

  it('says which end that was', () => {
    const comparison = at('robustAccuracy', 0.7, 0.95);
    assert.equal(comparison?.measured, 0.8);
    assert.equal(comparison?.bound?.toFixed(4), '0.6696');
  });
});

describe('what expectations that were met prove', () => {
  const plan = planOf({ expect: { successRate: [0] } });

  it('is nothing with a handful of eligible images, or by a model that guesses', () => {
    const few = conclude(
      plan,
      [
        roundOf(
          0.25,
          Array.from({ length: 9 }, () => held),
        ),
      ],
      4,
    );
    assert.equal(few.status, 'errored');
    assert.match(few.objection ?? '', /Only 9 of 9/);
    const guessing = [...Array.from({ length: 12 }, () => held), ...Array.from({ length: 36 }, () => wrong)];
    assert.match(conclude(plan, [roundOf(0.25, guessing)], 4).objection ?? '', /not clearly better than guessing/);
  });

  it('does not matter where one was missed', () => {
    const conclusion = conclude(plan, [roundOf(0.25, [fooledAt(0.1)])], 4);
    assert.deepEqual([conclusion.status, conclusion.objection], ['failed', undefined]);
  });
});
