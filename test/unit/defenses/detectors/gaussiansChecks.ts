import assert from 'node:assert/strict';
import type * as gaussians from '../../../../src/defenses/detectors/gaussians.ts';
import type { Checks } from '../../../support/checks.ts';
import { assertCloseTo } from '../../../support/closeTo.ts';
import { differences } from '../../../support/fittedDetector.ts';
import { noise } from '../../../support/onnx/makeModel.ts';

const size = 3;
const labels = Array.from({ length: 14 }, (_, i) => ((i * i) % 3) % 2);
/** Two classes of points around (0, 0, 0) and (2, −1, 3), spread more in some directions than in others. */
const points = labels.map((label, i) => {
  const [a = 0, b = 0, c = 0] = noise(3, i + 1);
  return Float32Array.of(2 * label + a, -label + 0.5 * a + 0.1 * b, 3 * label + 0.3 * c - 0.2 * b);
});

/** The covariance around class means, as the definition has it. */
function covarianceOf(): { means: number[][]; residuals: number[][]; covariance: number[][] } {
  const means = [0, 1].map((label) => {
    const own = points.filter((_, n) => labels[n] === label);
    return [0, 1, 2].map((i) => own.reduce((sum, point) => sum + (point[i] as number), 0) / own.length);
  });
  const residuals = points.map((point, n) =>
    Array.from(point, (x, i) => x - (means[labels[n] as number]?.[i] as number)),
  );
  return { means, residuals, covariance: averageOf(residuals.map(outer)) };
}

const outer = (r: number[]) => r.map((a) => r.map((b) => a * b));
const averageOf = (matrices: number[][][]) =>
  [0, 1, 2].map((i) =>
    [0, 1, 2].map((j) => matrices.reduce((sum, matrix) => sum + (matrix[i]?.[j] as number), 0) / matrices.length),
  );
const squaredDistance = (a: number[][], b: number[][]) =>
  a.flat().reduce((sum, x, i) => sum + (x - (b.flat()[i] as number)) ** 2, 0);

/** rᵀ M⁻¹ r of a matrix of 3 × 3, by Cramer's rule. */
function quadratic(matrix: number[][], r: number[]): number {
  const [a, b, c] = matrix as [number[], number[], number[]];
  const determinant = (x: number[], y: number[], z: number[]) => {
    const minor = (i: number, j: number) => (y[i] as number) * (z[j] as number) - (y[j] as number) * (z[i] as number);
    return (x[0] as number) * minor(1, 2) - (x[1] as number) * minor(0, 2) + (x[2] as number) * minor(0, 1);
  };
  const whole = determinant(a, b, c);
  const solution = [determinant(r, b, c), determinant(a, r, c), determinant(a, b, r)].map((part) => part / whole);
  return solution.reduce((sum, x, i) => sum + x * (r[i] as number), 0);
}

export const gaussiansChecks: Checks<typeof gaussians> = {
  'the distance is that of Ledoit and Wolf’s covariance, worked out term by term': ({
    fitGaussians,
    mahalanobisDistance,
  }) => {
    const { means, residuals, covariance } = covarianceOf();
    const scale = covariance.reduce((sum, row, i) => sum + (row[i] as number), 0) / size;
    const identity = [0, 1, 2].map((i) => [0, 1, 2].map((j) => (i === j ? scale : 0)));
    const uncertainty =
      residuals.reduce((sum, r) => sum + squaredDistance(outer(r), covariance), 0) / residuals.length ** 2;
    const shrinkage = uncertainty / squaredDistance(covariance, identity);
    assert.ok(shrinkage > 0.01 && shrinkage < 0.9, `${shrinkage}`);
    const shrunk = covariance.map((row, i) =>
      row.map((x, j) => (1 - shrinkage) * x + shrinkage * (identity[i]?.[j] as number)),
    );
    const found = fitGaussians(points, labels, 2);
    assert.ok(found, 'there are none');
    assertCloseTo([found.shrinkage], [shrinkage], 1e-6);
    assertCloseTo(found.means, means.flat(), 1e-6);
    const distance = mahalanobisDistance(found, size);
    for (const x of [...points, Float32Array.of(1, 5, -2), Float32Array.of(1, -0.5, 1.4)]) {
      const toClass = means.map((mean) =>
        quadratic(
          shrunk,
          mean.map((m, i) => (x[i] as number) - m),
        ),
      );
      assertCloseTo([distance(x).value], [Math.min(...toClass)], 1e-4);
    }
  },
  'the gradient is that of the distance': ({ fitGaussians, mahalanobisDistance }) => {
    const found = fitGaussians(points, labels, 2);
    assert.ok(found, 'there are none');
    const distance = mahalanobisDistance(found, size);
    for (let seed = 1; seed < 6; seed++) {
      const x = noise(size, seed).map((value) => 3 * value);
      assertCloseTo(
        distance(x).gradient(),
        differences((y) => distance(y).value, x, 1e-3),
        1e-3,
      );
    }
  },
  'a feature that never varies is no obstacle, and matters once it does': ({ fitGaussians, mahalanobisDistance }) => {
    const flat = points.map(([a = 0, b = 0]) => Float32Array.of(a, b, 7));
    const found = fitGaussians(flat, labels, 2);
    assert.ok(found, 'there are none');
    const distance = mahalanobisDistance(found, size);
    const [usual, odd] = [
      distance(flat[0] as Float32Array).value,
      distance((flat[0] as Float32Array).with(2, 9)).value,
    ];
    assert.ok(Number.isFinite(odd) && odd > usual + 1, `${odd} instead of ${usual}`);
  },
  'there are no Gaussians of points that are all at their means': ({ fitGaussians }) => {
    const same = labels.map((label) => Float32Array.of(label, 0, 0));
    assert.equal(fitGaussians(same, labels, 2), undefined);
  },
};
