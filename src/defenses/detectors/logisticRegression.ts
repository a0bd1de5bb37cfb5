/** A linear classifier: the sign of weights · row + intercept tells the side of a row. */
export interface Regression {
  readonly weights: readonly number[];
  readonly intercept: number;
}

/** Newton's method doubles its correct digits in a step. */
const mostSteps = 50;
const converged = 1e-10;

/**
 * Logistic regression: minimizes Σᵢ cᵢ log(1 + exp(−yᵢ (w · xᵢ + b))) + ‖w‖² / 2 by Newton's method with halved steps,
 * as scikit-learn's with C = 1. Both classes have the same total weight (cᵢ).
 * @param rows at least one; all of the same length.
 * @param labels true for yᵢ = 1, false for −1; at least one of each.
 */
export function logisticRegression(rows: readonly (readonly number[])[], labels: readonly boolean[]): Regression {
  const positive = labels.filter(Boolean).length;
  const balance = labels.map((label) => labels.length / (2 * (label ? positive : labels.length - positive)));
  const size = rows[0]?.length ?? 0;
  // The intercept is the weight of an added last number, always 1.
  const extended = rows.map((row) => [...row, 1]);
  const ridge = (k: number) => (k < size ? 1 : 0);
  const lossAt = (w: readonly number[]) =>
    w.reduce((sum, weight, k) => sum + (ridge(k) * weight ** 2) / 2, 0) +
    extended.reduce((sum, row, i) => {
      const margin = (labels[i] ? 1 : -1) * inner(w, row);
      return sum + (balance[i] as number) * (Math.max(0, -margin) + Math.log1p(Math.exp(-Math.abs(margin))));
    }, 0);
  let w: readonly number[] = Array(size + 1).fill(0);
  for (let step = 0; step < mostSteps; step++) {
    const gradient = w.map((weight, k) => ridge(k) * weight);
    const hessian = w.map((_, k) => w.map((_, l) => (k === l ? ridge(k) : 0)));
    for (const [i, row] of extended.entries()) {
      const chance = 1 / (1 + Math.exp(-inner(w, row)));
      const slope = (balance[i] as number) * (chance - (labels[i] ? 1 : 0));
      // Far from the border the curvature vanishes in float64; there must be an inverse.
      const curvature = (balance[i] as number) * Math.max(chance * (1 - chance), 1e-12);
      for (const [k, x] of row.entries()) {
        gradient[k] = (gradient[k] as number) + slope * x;
        for (const [l, y] of row.entries())
          (hessian[k] as number[])[l] = (hessian[k]?.[l] as number) + curvature * x * y;
      }
    }
    const direction = solve(hessian, gradient);
    const from = w;
    const at = (length: number) => from.map((weight, k) => weight - length * (direction[k] as number));
    let length = 1;
    while (length > converged && lossAt(at(length)) > lossAt(from)) length /= 2;
    w = at(length);
    if (inner(gradient, direction) < converged) break;
  }
  return { weights: w.slice(0, size), intercept: w[size] as number };
}

function inner(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
}

/** The solution of a system with a symmetric positive definite matrix, by elimination. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i] as number]);
  for (const [i, pivot] of rows.entries()) {
    for (const row of rows.slice(i + 1)) {
      const factor = (row[i] as number) / (pivot[i] as number);
      for (let j = i; j < row.length; j++) row[j] = (row[j] as number) - factor * (pivot[j] as number);
    }
  }
  const solution: number[] = Array(rows.length).fill(0);
  for (const [i, row] of [...rows.entries()].reverse()) {
    const known = row.slice(0, -1).reduce((sum, value, j) => sum + value * (solution[j] as number), 0);
    solution[i] = ((row.at(-1) as number) - known) / (row[i] as number);
  }
  return solution;
}
