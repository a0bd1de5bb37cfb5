import assert from 'node:assert/strict';
import type { logisticRegression } from '../../../../src/defenses/detectors/logisticRegression.ts';
import type { Checks } from '../../../support/checks.ts';
import { assertCloseTo } from '../../../support/closeTo.ts';
import { noise } from '../../../support/onnx/makeModel.ts';

const rows = Array.from({ length: 40 }, (_, i) => [...noise(3, i + 1)]);
/** Twelve of forty, mostly where the first number is large and the second small. */
const labels = rows.map(([a = 0, b = 0], i) => (i % 7 === 0 ? a < b : a - b > 0.5));

/** The objective, as its definition has it. */
function objective(weights: readonly number[], intercept: number): number {
  const positive = labels.filter(Boolean).length;
  const losses = rows.map((row, i) => {
    const share = labels.length / (2 * (labels[i] ? positive : labels.length - positive));
    const score = row.reduce((sum, x, k) => sum + x * (weights[k] as number), intercept);
    return share * Math.log(1 + Math.exp(labels[i] ? -score : score));
  });
  return losses.reduce((a, b) => a + b, 0) + weights.reduce((sum, w) => sum + w * w, 0) / 2;
}

export const logisticRegressionChecks: Checks<typeof logisticRegression> = {
  'two rows have the solution of w = 2 / (1 + exp(w))': (regress) => {
    const { weights, intercept } = regress([[1], [-1]], [true, false]);
    const [w = 0] = weights;
    assertCloseTo([w, intercept], [2 / (1 + Math.exp(w)), 0], 1e-9);
  },
  'no other weights have a smaller objective': (regress) => {
    const { weights, intercept } = regress(rows, labels);
    const least = objective(weights, intercept);
    for (let seed = 1; seed < 30; seed++) {
      const [step = 0, ...steps] = noise(4, seed).map((x) => 1e-3 * x);
      const other = objective(
        weights.map((w, k) => w + (steps[k] as number)),
        intercept + step,
      );
      assert.ok(other > least, `${other} is less than ${least}`);
    }
  },
  'both kinds weigh the same, however many there are of each': (regress) => {
    const same = [...Array(9).fill([0]), [0]];
    const { weights, intercept } = regress(
      same,
      same.map((_, i) => i === 9),
    );
    assertCloseTo([...weights, intercept], [0, 0], 1e-9);
  },
  'rows that can be told apart have finite weights': (regress) => {
    const apart = [-3e3, -2e3, 2e3, 3e3].map((x) => [x, 1]);
    const { weights, intercept } = regress(apart, [false, false, true, true]);
    assert.ok([...weights, intercept].every(Number.isFinite), `${weights}`);
    assert.ok((weights[0] as number) > 0 && (weights[0] as number) < 1, `${weights}`);
  },
};
