import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { TestReport } from '../../../src/reports/report.ts';
import { securityCurve } from '../../../webview/logic/curve.ts';
import { makeHistogram } from '../../../webview/logic/histogram.ts';
import { queryCurvesOf } from '../../../webview/logic/queryCurve.ts';

describe('the histogram of distances', () => {
  it('has a bin for each gray level where there are few', () => {
    const { edges, counts } = makeHistogram([2 / 255, 2.00001 / 255, 3 / 255, Infinity], 'linf', 4 / 255);
    assert.deepEqual(counts, [0, 0, 2, 1, 0]);
    assert.equal(edges.length, 6);
    assert.ok(Math.abs((edges[2] ?? 0) - 1.5 / 255) < 1e-12);
  });

  it('has bins of a round width otherwise', () => {
    const { edges, counts } = makeHistogram([0.1, 0.36, 0.5], 'l2', 0.5);
    assert.equal(edges[1], 0.05);
    assert.equal(counts.length, 10);
    assert.equal(counts[9], 1);
  });

  it('counts every finite distance once', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 40, noNaN: true })),
        fc.constantFrom('linf', 'l2', 'l1', 'l0'),
        (distances, norm) => {
          const { counts, edges } = makeHistogram([...distances, Infinity], norm);
          assert.equal(edges.length, counts.length + 1);
          assert.equal(
            counts.reduce((sum, count) => sum + count, 0),
            distances.length,
          );
          assert.ok(counts.length <= 66);
        },
      ),
    );
  });
});

describe('the security curve', () => {
  const round = (epsilon: number, robustAccuracy?: number) => ({
    epsilon,
    parameters: {},
    metrics: {
      cleanAccuracy: 0.9,
      ...(robustAccuracy !== undefined && { robustAccuracy }),
      successRate: 1 - (robustAccuracy ?? 0.5),
      medianDistance: Infinity,
      meanDistance: Infinity,
      counts: { total: 10, wrong: 1, ineligible: 0, eligible: 9, fooled: 1, held: 8 },
      intervals: { cleanAccuracy: [0.8, 1] as const, robustAccuracy: [0.1, 0.3] as const },
    },
    queries: { points: 0, gradients: 0 },
    warnings: [],
  });
  const report = (change: object) => ({ comparisons: [], attack: {}, rounds: [], ...change }) as unknown as TestReport;

  it('goes from the clean accuracy to the largest budget', () => {
    const comparisons = [{ metric: 'robustAccuracy', epsilon: 0.2, expected: 0.3, measured: 0.2, met: false }];
    const curve = securityCurve(report({ rounds: [round(0.2, 0.2), round(0.1, 0.5)], comparisons }));
    assert.equal(curve?.metric, 'robustAccuracy');
    assert.deepEqual(
      curve.points.map(({ epsilon, value, expected }) => [epsilon, value, expected]),
      [
        [0, 0.9, undefined],
        [0.1, 0.5, undefined],
        [0.2, 0.2, 0.3],
      ],
    );
  });

  it('is of the success rate for targeted attacks', () => {
    const curve = securityCurve(report({ rounds: [round(0.1), round(0.2)], attack: { target: 'stop' } }));
    assert.equal(curve?.metric, 'successRate');
    assert.deepEqual(curve.points[0], { epsilon: 0, value: 0 });
  });

  it('takes more than one budget', () => {
    assert.equal(securityCurve(report({ rounds: [round(0.1, 0.5)] })), undefined);
  });
});

describe('success against queries', () => {
  const point = (queries: number, successRate: number, medianDistance: number) => ({
    queries,
    successRate,
    medianDistance,
  });
  const ofRounds = (rounds: readonly object[]) => queryCurvesOf({ rounds } as unknown as TestReport);

  it('has a line for each budget, which stays where its last query left it', () => {
    const curves = ofRounds([
      { epsilon: 0.1, queryCurve: [point(1, 0, Infinity), point(2, 0.25, Infinity), point(3, 0.5, 0.1)] },
      { epsilon: 0.2, queryCurve: [point(1, 0.5, 0.2)] },
    ]);
    assert.deepEqual(curves, {
      metric: 'successRate',
      queries: [1, 2, 3],
      lines: [
        { epsilon: 0.1, values: [0, 0.25, 0.5] },
        { epsilon: 0.2, values: [0.5, 0.5, 0.5] },
      ],
    });
  });

  it('is the median distance where there is no budget', () => {
    const curves = ofRounds([{ queryCurve: [point(1, 0, Infinity), point(2, 1, 0.5)] }]);
    assert.deepEqual(curves, { metric: 'medianDistance', queries: [1, 2], lines: [{ values: [Infinity, 0.5] }] });
  });

  it('is not there where queries are not counted', () => {
    assert.equal(ofRounds([{ epsilon: 0.1 }]), undefined);
  });
});
