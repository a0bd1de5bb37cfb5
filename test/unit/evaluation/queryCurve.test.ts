import assert from 'node:assert/strict';
import { evaluate } from '../../../src/evaluation/evaluate.ts';
import type { Example } from '../../../src/evaluation/example.ts';
import type { TestPlan } from '../../../src/evaluation/plan.ts';
import { queryCurve } from '../../../src/evaluation/queryCurve.ts';
import { describeQueryCurves } from '../../../src/reports/queryCurve.ts';
import type { TestReport } from '../../../src/reports/report.ts';
import { victimOf } from '../../../src/runner/victim.ts';
import { linearClassifier } from '../../support/linearClassifier.ts';
import { imageOf, planOf } from '../../support/plans.ts';

const shape = { height: 1, width: 2, channels: 1 } as const;
/** Class 1 where the first of two values is above 1/2, class 2 where the second is at its end, which noise never is. */
const rows = [
  [0, 0],
  [8, 0],
  [0, 40_000],
];
const classifier = linearClassifier(rows, [4, 0, -39_990], shape);

async function evaluated(plan: TestPlan, images = [imageOf([0.25, 0], 0), imageOf([0.4, 0], 0)]) {
  const judge = victimOf(classifier);
  const examples: Example[] = [];
  const [round] = await evaluate(plan, {
    judge,
    opponents: [{ victims: [judge] }],
    images,
    onExample: (example) => {
      examples.push(example);
    },
  });
  return { round: round ?? assert.fail('no round'), examples };
}

describe('success against queries', () => {
  it('is how many examples were fooled by then, and how far they were', () => {
    const attempts = [
      {
        queries: 4,
        nearest: new Map([
          [2, 0.5],
          [5, 0.25],
        ]),
      },
      { queries: 11, nearest: new Map([[7, 1]]) },
      { queries: 12, nearest: new Map() },
      { queries: 1, nearest: new Map([[1, 0.125]]) },
    ];
    assert.deepEqual(queryCurve(attempts), [
      { queries: 1, successRate: 0.25, medianDistance: Infinity },
      { queries: 2, successRate: 0.5, medianDistance: Infinity },
      { queries: 3, successRate: 0.5, medianDistance: Infinity },
      { queries: 5, successRate: 0.5, medianDistance: Infinity },
      { queries: 7, successRate: 0.75, medianDistance: (0.25 + 1) / 2 },
      { queries: 10, successRate: 0.75, medianDistance: (0.25 + 1) / 2 },
      { queries: 20, successRate: 0.75, medianDistance: (0.25 + 1) / 2 },
    ]);
  });

  it('is in the round of an attack that only asks, and ends at its figures', async () => {
    for (const [attack, norm] of [
      ['square', 'linf'],
      ['hopskipjump', 'l2'],
    ] as const) {
      const { round } = await evaluated(planOf({ attack, norm, epsilons: [0.125], queries: 90 }));
      const last = round.queryCurve?.at(-1);
      assert.equal(last?.successRate, round.metrics.successRate);
      if (attack === 'hopskipjump') assert.equal(last?.medianDistance, round.metrics.medianDistance);
      assert.ok((last?.queries ?? 0) <= 100);
      const rates = round.queryCurve?.map(({ successRate }) => successRate);
      assert.deepEqual(rates, rates?.toSorted());
    }
  });

  it('is in the round of any attack with a limit, and of no other', async () => {
    assert.ok((await evaluated(planOf({ queries: 20 }))).round.queryCurve, 'with a limit there is none');
    assert.equal((await evaluated(planOf())).round.queryCurve, undefined);
  });

  it('is told in a line for each budget', () => {
    const queryCurve = [1, 10, 100, 1000].flatMap((queries) => [
      { queries, successRate: queries / 1000, medianDistance: 1 / queries },
      { queries: 2 * queries, successRate: 0, medianDistance: 0 },
      { queries: 5 * queries, successRate: 0, medianDistance: 0 },
    ]);
    const report = (epsilon?: number) =>
      ({
        attack: { norm: 'linf' },
        rounds: [{ ...(epsilon !== undefined && { epsilon }), queryCurve: queryCurve.slice(0, 10) }],
      }) as unknown as TestReport;
    assert.deepEqual(describeQueryCurves(report(8 / 255)), [
      'success rate at L∞ 8/255 by queries for each image: 0.1% after 1, 1.0% after 10, 10.0% after 100, 100.0% after 1,000',
    ]);
    assert.match(describeQueryCurves(report())[0] ?? '', /^median distance by queries for each image: 1.00 after 1, /);
  });
});

describe('attacks by predictions alone in a test', () => {
  it('start at an image of the target, which noise is not taken for', async () => {
    const images = [imageOf([0.25, 0.5], 0, 'a.png'), imageOf([0.25, 1], 2, 'b.png')];
    const plan = planOf({ attack: 'hopskipjump', norm: 'l2', target: 'class 2', queries: 300 });
    const { examples } = await evaluated(plan, images);
    const [example] = examples.filter(({ label }) => label === 'class 0');
    assert.equal(example?.status, 'fooled');
    assert.equal(example?.adversarial?.prediction.class, 'class 2');
  });

  it('are undecided where there is no point to start from, and say so', async () => {
    const plan = planOf({ attack: 'hopskipjump', norm: 'l2', target: 'class 2', queries: 300 });
    const { round, examples } = await evaluated(plan);
    assert.deepEqual(
      examples.map(({ status }) => status),
      ['undecided', 'undecided'],
    );
    assert.match(round.warnings[0] ?? '', /a point to start from on 2 of 2 eligible images \(100%\).*proves nothing/);
  });
});
