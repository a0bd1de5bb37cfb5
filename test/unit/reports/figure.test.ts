import assert from 'node:assert/strict';
import type { Comparison } from '../../../src/evaluation/comparison.ts';
import { computeMetrics } from '../../../src/evaluation/metrics.ts';
import { figureOf, formatComparison } from '../../../src/reports/figure.ts';
import type { TestReport } from '../../../src/reports/report.ts';
import { unstartedReport } from '../../../src/reports/unstartedReport.ts';
import { planOf } from '../../support/plans.ts';

const missed = (measured: number, given: Partial<Comparison> = {}): Comparison => ({
  metric: 'robustAccuracy',
  expected: 0.5,
  measured,
  result: 'missed',
  ...given,
});
const met = (measured: number, given: Partial<Comparison> = {}) => missed(measured, { result: 'met', ...given });

function textOf(given: Partial<TestReport>): string | undefined {
  return figureOf({ ...unstartedReport(planOf(), 'process'), status: 'failed', ...given })?.text;
}

describe('a comparison in a few signs', () => {
  const signs: readonly (readonly [Comparison, string])[] = [
    [met(0.764, { expected: 0.7 }), '76.4% ≥ 70%'],
    [missed(0.097), '9.7% < 50%'],
    [met(0.5), '50.0% ≥ 50%'],
    [met(0.125, { metric: 'successRate', expected: 0.2 }), '12.5% ≤ 20%'],
    [missed(0.25, { metric: 'successRate', expected: 0.125 }), '25.0% > 12.5%'],
    [met(0.02123, { metric: 'medianDistance', expected: 0.019 }), '0.0212 ≥ 0.019'],
    [met(Infinity, { metric: 'medianDistance', expected: 1 }), '∞ ≥ 1'],
    [missed(0.4, { atBest: 0.45, expected: 0.42, result: 'undecided' }), '40.0%–45.0% ≥ 42%?'],
    [missed(0.764, { bound: 0.681, expected: 0.7 }), '76.4% (68.1%) < 70%'],
  ];
  for (const [comparison, text] of signs) {
    it(`is ${text}`, () => assert.equal(formatComparison(comparison), text));
  }

  it('has more digits where fewer would make it wrong', () => {
    assert.equal(formatComparison(missed(0.49962)), '49.96% < 50%');
    assert.equal(formatComparison(missed(0.499996)), '50.000% < 50%');
  });
});

describe('the figure of a test', () => {
  it('is the expectation that was missed by the most', () => {
    const comparisons = [met(0.51), missed(0.3), missed(0.1), missed(0.45, { expected: 0.9, metric: 'cleanAccuracy' })];
    assert.equal(textOf({ comparisons }), '45.0% < 90%');
  });

  it('is the one that was met by the least', () => {
    assert.equal(textOf({ status: 'passed', comparisons: [met(0.9), met(0.6), met(0.8)] }), '60.0% ≥ 50%');
  });

  it('is the end of an interval that was held against its bound', () => {
    const comparisons = [met(0.6, { bound: 0.52 }), met(0.55, { bound: 0.54 })];
    assert.equal(textOf({ status: 'passed', comparisons }), '60.0% (52.0%) ≥ 50%');
  });

  it('is how many images held, where nothing was expected', () => {
    const norms = { linf: 1, l2: 1, l1: 1, l0: 1 };
    const examples = [{ status: 'held' as const }, { status: 'fooled' as const, norms }, { status: 'wrong' as const }];
    const metrics = computeMetrics(examples, 'linf', { targeted: false });
    assert.equal(textOf({ status: 'passed', metrics }), '1 of 2 held');
  });

  it('is none where nothing was measured, or where it proves nothing', () => {
    assert.equal(textOf({ status: 'errored' }), undefined);
    assert.equal(textOf({ status: 'errored', comparisons: [met(0.9)] }), undefined);
    assert.equal(textOf({ status: 'errored', comparisons: [missed(0.4, { result: 'undecided' })] }), '40.0% ≥ 50%?');
  });
});
