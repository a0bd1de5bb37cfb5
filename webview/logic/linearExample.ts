/** A linear model ŷ = ⟨w, x⟩, and how steps of size ε change its output. */
export interface LinearExample {
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly epsilon: number;
  /** ⟨w, x⟩. */
  readonly output: number;
  /** The step ε · w. */
  readonly alongGradient: LinearStep;
  /** The step ε · sign(w). */
  readonly alongSign: LinearStep;
  /** The step along sign(w) that moves its values as far as ε · w moves its largest. */
  readonly asFarAlongSign: LinearStep;
}

/** A step and its effect. */
export interface LinearStep {
  readonly change: readonly number[];
  /** The output after it. */
  readonly output: number;
  /** Its largest value: the linf norm. */
  readonly largest: number;
}

/**
 * The linear explanation in numbers (Goodfellow et al. 2015, arXiv:1412.6572, section 2). A step ε · w raises the output
 * by ε‖w‖₂², but moves its largest value by ε · max|w|, which ε does not bound. A step ε · sign(w) moves no value by more
 * than ε and raises the output by ε‖w‖₁, which no other step of that linf length exceeds: it grows with the dimension,
 * while no value changes by more than before.
 */
export function linearExample(w: readonly number[], x: readonly number[], epsilon: number): LinearExample {
  const stepOf = (direction: readonly number[]): LinearStep => {
    const change = direction.map((value) => epsilon * value);
    const moved = x.map((value, i) => value + (change[i] as number));
    return { change, output: tidy(dot(w, moved)), largest: tidy(Math.max(...change.map(Math.abs))) };
  };
  return {
    x,
    w,
    epsilon,
    output: tidy(dot(w, x)),
    alongGradient: stepOf(w),
    alongSign: stepOf(w.map(Math.sign)),
    asFarAlongSign: stepOf(w.map((value) => Math.sign(value) * Math.max(...w.map(Math.abs)))),
  };
}

/** Six values that a model weighs to −4, and steps of 0.2. */
export const usualExample = linearExample([1, 3, -1, 2, 2, 3], [1, -1, 2, 0, 3, -2], 0.2);

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
}

/** Without the rounding errors of binary fractions, which would show. */
function tidy(value: number): number {
  return Number(value.toFixed(12));
}
