type Norm = 'linf' | 'l2' | 'l1';

const dual = { linf: 'l1', l2: 'l2', l1: 'linf' } as const;

/** The length of a vector in a norm. */
export function length(vector: ArrayLike<number>, norm: Norm): number {
  const sizes = Array.from(vector, Math.abs);
  if (norm === 'linf') return Math.max(...sizes);
  return norm === 'l2' ? Math.hypot(...sizes) : sizes.reduce((a, b) => a + b, 0);
}

/** What a distance to a hyperplane is divided by. */
export function dualLength(vector: ArrayLike<number>, norm: Norm): number {
  return length(vector, dual[norm]);
}

/** ⟨w, to − from⟩. */
export function gainOf(w: ArrayLike<number>, to: ArrayLike<number>, from: ArrayLike<number>): number {
  return Array.from(w, (weight, i) => weight * ((to[i] as number) - (from[i] as number))).reduce((a, b) => a + b, 0);
}

/**
 * The nearest point z of [0, 1]ⁿ with ⟨w, z − x⟩ = needed, or the one that comes closest to that: by bisection on the
 * multiplier of the constraint, in l1 by going through the values one by one.
 */
export function nearestInBox(x: ArrayLike<number>, w: ArrayLike<number>, needed: number, norm: Norm): number[] {
  if (needed === 0) return Array.from(x);
  const most = Math.max(...Array.from(w, Math.abs));
  const toward = Array.from(w, (weight) => (Math.sign(needed) * weight) / most);
  const clipped = (value: number) => Math.min(Math.max(value, 0), 1);
  const moved = (by: readonly number[]) => Array.from(x, (value, i) => clipped(value + (by[i] as number)));
  const enough = (z: readonly number[]) => gainOf(toward, z, x) >= Math.abs(needed) / most;
  if (norm === 'l1') {
    const by = toward.map(() => 0);
    const order = [...toward.keys()].sort((a, b) => Math.abs(toward[b] as number) - Math.abs(toward[a] as number));
    for (const i of order) {
      by[i] = Math.sign(toward[i] as number);
      if (!enough(moved(by))) continue;
      by[i] = 0;
      const left = Math.abs(needed) / most - gainOf(toward, moved(by), x);
      by[i] = left / (toward[i] as number);
      return moved(by);
    }
    return moved(by);
  }
  const at = (lambda: number) =>
    moved(toward.map((weight) => (weight === 0 ? 0 : lambda * (norm === 'l2' ? weight : Math.sign(weight)))));
  let [low, high] = [0, 1];
  while (!enough(at(high)) && high < 1e40) high *= 2;
  for (let round = 0; round < 200; round++) {
    const middle = (low + high) / 2;
    if (enough(at(middle))) high = middle;
    else low = middle;
  }
  return at(high);
}
