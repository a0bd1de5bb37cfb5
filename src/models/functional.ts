/**
 * A scalar function of one image's outputs, as data, so that an engine can compile it into its graph.
 * `scale` (default 1) multiplies value and gradient: −1 turns a loss to ascend into one to descend.
 */
export type Functional =
  /**
   * −log softmax(logits)[label]. Its gradient is (1 − p_label) · (softmax over the other classes − onehot(label)); if 1
   * − p_label is below `leastDoubt`, which the backward pass would lose in float32, that factor is left out: the result
   * is then a positive multiple of the gradient.
   */
  | { readonly kind: 'crossEntropy'; readonly label: number; readonly scale?: number }
  /** logits[label] − max over the other logits: positive while `label` is the prediction (Carlini & Wagner 2017, f₆). */
  | { readonly kind: 'margin'; readonly label: number; readonly scale?: number }
  /** Difference of logits ratio, −(z_y − max_{i≠y} z_i) / (z_π1 − z_π3) (Croce & Hein 2020, eq. 6). Needs 3 classes. */
  | { readonly kind: 'dlr'; readonly label: number; readonly scale?: number }
  /** Targeted DLR, −(z_y − z_t) / (z_π1 − (z_π3 + z_π4) / 2) (Croce & Hein 2020, eq. 7). Needs 4 classes. */
  | { readonly kind: 'targetedDlr'; readonly label: number; readonly target: number; readonly scale?: number }
  /** ½‖softmax(logits) − onehot(target)‖₂², or ‖softmax(logits) − onehot(target)‖₁. */
  | {
      readonly kind: 'probabilityDistance';
      readonly target: number;
      readonly norm: 'l1' | 'l2';
      readonly scale?: number;
    }
  /** ⟨weights, output⟩ for a named output: `logits`, or an activation that the model declares. */
  | { readonly kind: 'weights'; readonly output: string; readonly weights: Float32Array; readonly scale?: number };

/** z_to − z_from, linear in the logits: zero on the boundary between the two. */
export function logitDifference(to: number, from: number, classes: number): Functional {
  const weights = new Float32Array(classes);
  weights[to] = 1;
  weights[from] = -1;
  return { kind: 'weights', output: 'logits', weights };
}

/** Total probability of all other classes, below which the gradient of cross-entropy omits it as a factor. */
export const leastDoubt = 1e-30;

/** A functional of the logits alone. */
export type LogitsFunctional = Exclude<Functional, { kind: 'weights' }>;

/** The value of a functional, and its gradient with respect to the logits (one number per class). */
export interface Seed {
  readonly value: number;
  readonly gradient: Float32Array;
}

/** Softmax of a row of logits, computed in float64. */
export function softmax(logits: ArrayLike<number>): Float64Array {
  const row = Float64Array.from(logits);
  const largest = row.reduce((a, b) => Math.max(a, b), -Infinity);
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum += row[i] = Math.exp((row[i] as number) - largest);
  return row.map((value) => value / sum);
}

/** Softmax over all classes but one, which gets 0. */
function softmaxExcept(logits: ArrayLike<number>, label: number): Float64Array {
  return softmax(Float64Array.from(logits, (value, index) => (index === label ? -Infinity : value)));
}

/** Index of the largest value, the first on a tie. `except` is skipped, as if it were −∞. */
export function argmax(values: ArrayLike<number>, except = -1): number {
  let best = -1;
  for (let i = 0; i < values.length; i++) {
    if (i !== except && (best < 0 || (values[i] as number) > (values[best] as number))) best = i;
  }
  return best;
}

/**
 * Value of a functional of the logits, and its gradient with respect to them: the seed of the backward pass. At a tie
 * of logits the gradient is that of the first of them; for cross-entropy it may be a positive multiple (see there).
 * @throws RangeError when the model has too few classes for the functional.
 */
export function seed(functional: LogitsFunctional, logits: ArrayLike<number>): Seed {
  const { value, gradient } = unscaled(functional, logits);
  const scale = functional.scale ?? 1;
  return { value: scale * value, gradient: Float32Array.from(gradient, (g) => scale * g) };
}

/** ⟨weights, output⟩, as `seed` gives other functionals. */
export function weigh(
  { weights, scale = 1 }: Extract<Functional, { kind: 'weights' }>,
  output: ArrayLike<number>,
): Seed {
  let value = 0;
  for (let i = 0; i < weights.length; i++) value += (weights[i] as number) * (output[i] as number);
  return { value: scale * value, gradient: weights.map((weight) => scale * weight) };
}

function unscaled(functional: LogitsFunctional, logits: ArrayLike<number>): { value: number; gradient: Float64Array } {
  const at = (index: number) => logits[index] as number;
  const gradient = new Float64Array(logits.length);
  const add = (index: number, amount: number) => {
    gradient[index] = (gradient[index] as number) + amount;
  };
  switch (functional.kind) {
    case 'crossEntropy': {
      const { label } = functional;
      const first = argmax(logits);
      let rest = 0;
      for (let i = 0; i < logits.length; i++) if (i !== first) rest += Math.exp(at(i) - at(first));
      // The sum of the others: 1 − p_y is lost to rounding when the model is certain.
      gradient.set(softmax(logits));
      gradient[label] = 0;
      const doubt = gradient.reduce((a, b) => a + b, 0);
      if (doubt < leastDoubt) gradient.set(softmaxExcept(logits, label));
      gradient[label] = -gradient.reduce((a, b) => a + b, 0);
      return { value: at(first) - at(label) + Math.log1p(rest), gradient };
    }
    case 'margin': {
      requireClasses(logits, 2, 'margin');
      const other = argmax(logits, functional.label);
      add(functional.label, 1);
      add(other, -1);
      return { value: at(functional.label) - at(other), gradient };
    }
    case 'dlr': {
      const [first, , third] = ranked(logits, 3, 'dlr');
      const other = argmax(logits, functional.label);
      return quotient(
        [
          [functional.label, -1],
          [other, 1],
        ],
        [
          [first as number, 1],
          [third as number, -1],
        ],
      );
    }
    case 'targetedDlr': {
      const [first, , third, fourth] = ranked(logits, 4, 'targetedDlr');
      return quotient(
        [
          [functional.label, -1],
          [functional.target, 1],
        ],
        [
          [first as number, 1],
          [third as number, -0.5],
          [fourth as number, -0.5],
        ],
      );
    }
    case 'probabilityDistance': {
      const p = softmax(logits);
      const difference = p.map((value, i) => value - (i === functional.target ? 1 : 0));
      const l2 = functional.norm === 'l2';
      const value = difference.reduce((sum, d) => sum + (l2 ? (d * d) / 2 : Math.abs(d)), 0);
      const outer = l2 ? difference : difference.map(Math.sign);
      // Through softmax: ∂/∂z_i = p_i (outer_i − Σ_j p_j outer_j).
      const mean = outer.reduce((sum, d, j) => sum + d * (p[j] as number), 0);
      return { value, gradient: p.map((value, i) => value * ((outer[i] as number) - mean)) };
    }
  }

  /** Numerator over denominator, both linear in the logits. */
  function quotient(numerator: [number, number][], denominator: [number, number][]) {
    const sum = (terms: [number, number][]) => terms.reduce((total, [index, weight]) => total + weight * at(index), 0);
    const [top, bottom] = [sum(numerator), sum(denominator) + 1e-12];
    for (const [index, weight] of numerator) add(index, weight / bottom);
    for (const [index, weight] of denominator) add(index, (-weight * top) / (bottom * bottom));
    return { value: top / bottom, gradient };
  }
}

function requireClasses(logits: ArrayLike<number>, needed: number, name: string): void {
  if (logits.length < needed) {
    throw new RangeError(`the ${name} loss needs at least ${needed} classes, but this model has ${logits.length}`);
  }
}

function ranked(logits: ArrayLike<number>, needed: number, name: string): number[] {
  requireClasses(logits, needed, name);
  return Array.from(logits, (_, index) => index).sort((a, b) => (logits[b] as number) - (logits[a] as number));
}
