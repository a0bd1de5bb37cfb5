import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { trainSupportVectorMachine } from '../../../../src/defenses/detectors/supportVectorMachine.ts';
import type { Checks } from '../../../support/checks.ts';
import { assertCloseTo } from '../../../support/closeTo.ts';
import { noise } from '../../../support/onnx/makeModel.ts';

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);
const linearRows = (points: readonly (readonly number[])[]) => (i: number) =>
  points.map((point) => dot(point, points[i] as readonly number[]));

const problems = fc
  .record({ count: fc.integer({ min: 2, max: 30 }), seed: fc.nat(1000), cost: fc.constantFrom(0.1, 1, 10, 1000) })
  .map(({ count, seed, cost }) => {
    const points = Array.from({ length: count }, (_, i) => [...noise(2, seed + 7 * i)]);
    const labels = points.map(([x = 0, y = 0], i) => (i === 0 ? 1 : i === 1 ? -1 : x * y + 0.3 * x > 0 ? 1 : -1));
    const bounds = labels.map((label) => (label > 0 ? cost : 2 * cost));
    const kernelRow = (i: number) =>
      points.map((p) => Math.exp(-2 * p.reduce((sum, x, k) => sum + (x - (points[i]?.[k] as number)) ** 2, 0)));
    return { labels, bounds, kernelRow };
  });

export const supportVectorChecks: Checks<typeof trainSupportVectorMachine> = {
  'two points have a closed form: the plane halfway between them': (train) => {
    const points = [
      [3, 1],
      [1, 0],
    ];
    const { alphas, bias } = train({ labels: [1, -1], bounds: [10, 10], kernelRow: linearRows(points) }, 1e-9);
    // ‖x₁ − x₂‖² = 5, w = α (x₁ − x₂), and the margin 2 / ‖w‖ is their distance.
    assertCloseTo(alphas, [2 / 5, 2 / 5], 1e-9);
    assertCloseTo([bias], [-1 - (2 / 5) * 2], 1e-9);
  },
  'what is allowed to α bounds it': (train) => {
    const points = [[2], [1]];
    const { alphas } = train({ labels: [1, -1], bounds: [0.25, 10], kernelRow: linearRows(points) });
    assert.deepEqual([...alphas], [0.25, 0.25]);
  },
  'of points on a line, those next to the gap hold the plane': (train) => {
    const points = [[-3], [-2], [-1], [2], [5], [9]];
    const labels = points.map(([x = 0]) => Math.sign(x));
    const { alphas, bias } = train({ labels, bounds: labels.map(() => 100), kernelRow: linearRows(points) }, 1e-9);
    assertCloseTo(alphas, [0, 0, 2 / 9, 2 / 9, 0, 0], 1e-9);
    assertCloseTo([bias], [-1 / 3], 1e-9);
  },
  'the conditions of Karush, Kuhn and Tucker hold': (train) => {
    fc.assert(
      fc.property(problems, (problem) => {
        const { labels, bounds, kernelRow } = problem;
        const { alphas, bias } = train(problem, 1e-4);
        const signed = labels.map((label, i) => label * (alphas[i] as number));
        const largest = Math.max(...bounds);
        const balance = signed.reduce((a, b) => a + b, 0);
        assert.ok(Math.abs(balance) < 1e-9 * largest, `${balance}`);
        for (const [i, label] of labels.entries()) {
          const alpha = alphas[i] as number;
          const margin = label * (dot(kernelRow(i), signed) + bias);
          assert.ok(alpha >= 0 && alpha <= (bounds[i] as number), `${alpha}`);
          if (alpha > 0) assert.ok(margin <= 1 + 2e-4, `α = ${alpha} at a margin of ${margin}`);
          if (alpha < (bounds[i] as number)) assert.ok(margin >= 1 - 2e-4, `α = ${alpha} at a margin of ${margin}`);
        }
      }),
      { numRuns: 60 },
    );
  },
};
