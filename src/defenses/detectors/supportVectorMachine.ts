/**
 * The training problem of a support vector machine: its dual problem, min ½ αᵀQα − Σα with yᵀα = 0 and 0 ≤ α ≤ bound.
 */
export interface SupportVectorProblem {
  /** 1 or −1 for each example; both must occur. */
  readonly labels: readonly number[];
  /** The upper bound of each α. */
  readonly bounds: readonly number[];
  /** K(x_i, x_j) for all j. Called once for each i. */
  kernelRow(i: number): ArrayLike<number>;
}

/** f(x) = Σ αᵢ yᵢ K(xᵢ, x) + bias. */
export interface SupportVectorSolution {
  readonly alphas: Float64Array;
  readonly bias: number;
}

/** Replaces a curvature that is not positive: equal points have none. */
const leastCurvature = 1e-12;

/** Training ends by itself; this limit is for endless loops due to rounding. */
const mostSteps = 1_000_000;

/**
 * Sequential minimal optimization with the working set selection of Fan, Chen & Lin 2005 (“Working Set Selection Using
 * Second Order Information for Training Support Vector Machines”, WSS 2): of the pairs with the example that violates
 * the conditions of optimality the most, the one that promises the largest decrease. Deterministic; the first on a tie.
 * @param tolerance how far the conditions may be violated at the end.
 */
export function trainSupportVectorMachine(
  { labels, bounds, kernelRow }: SupportVectorProblem,
  tolerance = 1e-3,
): SupportVectorSolution {
  const count = labels.length;
  const rows: (ArrayLike<number> | undefined)[] = [];
  const rowOf = (i: number) => (rows[i] ??= kernelRow(i));
  const diagonal = Float64Array.from(labels, (_, i) => rowOf(i)[i] as number);
  const alphas = new Float64Array(count);
  // Of the dual function; its value at α = 0.
  const gradient = new Float64Array(count).fill(-1);
  const y = (t: number) => labels[t] as number;
  const violation = (t: number) => -y(t) * (gradient[t] as number);
  const canRise = (t: number) => (y(t) > 0 ? (alphas[t] as number) < (bounds[t] as number) : (alphas[t] as number) > 0);
  const canFall = (t: number) => (y(t) > 0 ? (alphas[t] as number) > 0 : (alphas[t] as number) < (bounds[t] as number));
  const curvature = (i: number, j: number) =>
    Math.max(leastCurvature, (diagonal[i] as number) + (diagonal[j] as number) - 2 * (rowOf(i)[j] as number));

  for (let step = 0; step < mostSteps; step++) {
    let i = -1;
    for (let t = 0; t < count; t++) if (canRise(t) && (i < 0 || violation(t) > violation(i))) i = t;
    let j = -1;
    let [lowest, best] = [Infinity, 0];
    for (let t = 0; t < count && i >= 0; t++) {
      if (!canFall(t)) continue;
      lowest = Math.min(lowest, violation(t));
      const difference = violation(i) - violation(t);
      if (difference <= 0) continue;
      const decrease = (difference * difference) / curvature(i, t);
      if (decrease > best) [j, best] = [t, decrease];
    }
    if (j < 0 || violation(i) - lowest < tolerance) break;

    // α_i moves by y_i δ and α_j by −y_j δ, as far as both stay in the box.
    const room = Math.min(
      y(i) > 0 ? (bounds[i] as number) - (alphas[i] as number) : (alphas[i] as number),
      y(j) > 0 ? (alphas[j] as number) : (bounds[j] as number) - (alphas[j] as number),
    );
    const delta = Math.min(room, (violation(i) - violation(j)) / curvature(i, j));
    alphas[i] = within((alphas[i] as number) + y(i) * delta, bounds[i] as number);
    alphas[j] = within((alphas[j] as number) - y(j) * delta, bounds[j] as number);
    const [rowI, rowJ] = [rowOf(i), rowOf(j)];
    for (let t = 0; t < count; t++) {
      gradient[t] = (gradient[t] as number) + y(t) * delta * ((rowI[t] as number) - (rowJ[t] as number));
    }
  }
  return { alphas, bias: biasOf() };

  /** The common violation of all examples inside the box; halfway between the bounds if there are none. */
  function biasOf(): number {
    let [sum, free] = [0, 0];
    let [low, high] = [-Infinity, Infinity];
    for (let t = 0; t < count; t++) {
      if (canRise(t) && canFall(t)) {
        sum += violation(t);
        free++;
      } else if (canRise(t)) low = Math.max(low, violation(t));
      else high = Math.min(high, violation(t));
    }
    return free > 0 ? sum / free : (low + high) / 2;
  }
}

/** Snaps to a bound that is within rounding error. */
function within(alpha: number, bound: number): number {
  const near = 1e-12 * bound;
  if (alpha <= near) return 0;
  return alpha >= bound - near ? bound : alpha;
}
