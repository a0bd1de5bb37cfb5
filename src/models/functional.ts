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
  const gradient = gradientOf(functional, logits);
  const scale = functional.scale ?? 1;
  return { value: functionalValue(functional, logits), gradient: Float32Array.from(gradient, (g) => scale * g) };
}

/** Value of a functional of the logits. @throws RangeError when the model has too few classes for the functional. */
export function functionalValue(functional: LogitsFunctional, logits: ArrayLike<number>): number {
  return (functional.scale ?? 1) * unscaledValue(functional, logits);
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

function unscaledValue(functional: LogitsFunctional, logits: ArrayLike<number>): number {
  const at = (index: number) => logits[index] as number;
  switch (functional.kind) {
    case 'crossEntropy': {
      const first = argmax(logits);
      let rest = 0;
      for (let i = 0; i < logits.length; i++) if (i !== first) rest += Math.exp(at(i) - at(first));
      return at(first) - at(functional.label) + Math.log1p(rest);
    }
    case 'margin':
      requireClasses(logits, 2, 'margin');
      return at(functional.label) - at(argmax(logits, functional.label));
    case 'dlr':
    case 'targetedDlr': {
      const { top, bottom } = ratioOf(functional, logits);
      return sumOf(top, logits) / (sumOf(bottom, logits) + leastSpread);
    }
    case 'probabilityDistance': {
      const p = softmax(logits);
      let sum = 0;
      for (let i = 0; i < p.length; i++) {
        const d = (p[i] as number) - (i === functional.target ? 1 : 0);
        sum += functional.norm === 'l2' ? (d * d) / 2 : Math.abs(d);
      }
      return sum;
    }
  }
}

/** Not scaled, as `unscaledValue`. */
function gradientOf(functional: LogitsFunctional, logits: ArrayLike<number>): Float64Array {
  const gradient = new Float64Array(logits.length);
  const add = (index: number, amount: number) => {
    gradient[index] = (gradient[index] as number) + amount;
  };
  switch (functional.kind) {
    case 'crossEntropy': {
      const { label } = functional;
      // The sum of the others: 1 − p_y is lost to rounding when the model is certain.
      gradient.set(softmax(logits));
      gradient[label] = 0;
      const doubt = gradient.reduce((a, b) => a + b, 0);
      if (doubt < leastDoubt) gradient.set(softmaxExcept(logits, label));
      gradient[label] = -gradient.reduce((a, b) => a + b, 0);
      return gradient;
    }
    case 'margin':
      requireClasses(logits, 2, 'margin');
      add(functional.label, 1);
      add(argmax(logits, functional.label), -1);
      return gradient;
    case 'dlr':
    case 'targetedDlr': {
      const ratio = ratioOf(functional, logits);
      const [top, bottom] = [sumOf(ratio.top, logits), sumOf(ratio.bottom, logits) + leastSpread];
      for (const [index, weight] of ratio.top) add(index, weight / bottom);
      for (const [index, weight] of ratio.bottom) add(index, (-weight * top) / (bottom * bottom));
      return gradient;
    }
    case 'probabilityDistance': {
      const p = softmax(logits);
      const difference = p.map((value, i) => value - (i === functional.target ? 1 : 0));
      const outer = functional.norm === 'l2' ? difference : difference.map(Math.sign);
      // Through softmax: ∂/∂z_i = p_i (outer_i − Σ_j p_j outer_j).
      const mean = outer.reduce((sum, d, j) => sum + d * (p[j] as number), 0);
      return p.map((value, i) => value * ((outer[i] as number) - mean));
    }
  }
}

/** A linear function of the logits: indices and their weights. */
type Terms = readonly (readonly [index: number, weight: number])[];

/** Added to the denominator of DLR, which is zero where the logits are equal. */
const leastSpread = 1e-12;

/** Numerator and denominator of DLR. */
function ratioOf(
  functional: Extract<LogitsFunctional, { kind: 'dlr' | 'targetedDlr' }>,
  logits: ArrayLike<number>,
): { readonly top: Terms; readonly bottom: Terms } {
  const { kind, label } = functional;
  if (kind === 'dlr') {
    const [first = 0, , third = 0] = ranked(logits, 3, kind);
    return {
      top: [
        [label, -1],
        [argmax(logits, label), 1],
      ],
      bottom: [
        [first, 1],
        [third, -1],
      ],
    };
  }
  const [first = 0, , third = 0, fourth = 0] = ranked(logits, 4, kind);
  return {
    top: [
      [label, -1],
      [functional.target, 1],
    ],
    bottom: [
      [first, 1],
      [third, -0.5],
      [fourth, -0.5],
    ],
  };
}

function sumOf(terms: Terms, logits: ArrayLike<number>): number {
  return terms.reduce((sum, [index, weight]) => sum + weight * (logits[index] as number), 0);
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
