import { valuesAt } from '../../../geometry/order.ts';

/** What raising a feature does for the goal: what it adds to what is to rise, and takes off what is to fall. */
export interface Saliency {
  /** ∂F_t/∂xᵢ of each feature, with the sign of the step: α of a pair is the sum of two. */
  readonly gains: Float64Array;
  /** −Σ_{j≠t} ∂F_j/∂xᵢ of each feature, with the sign of the step: −β of a pair is the sum of two. */
  readonly drops: Float64Array;
}

/**
 * Of all pairs (p, q) of features in the domain with α > 0 and β < 0 the one that maximizes −α·β (Papernot et al. 2016,
 * arXiv:1511.07528, algorithm 3), or `undefined` where there is none. Features rank by gain, then by drop, then by place;
 * of equal pairs the first in that order is taken, and its features are in that order.
 *
 * A feature with two others before it that drop at least as much is in no first best pair: one of the two could take its
 * place. Pairs of what is left are searched by halves, leaving out those that cannot get better. Memory is linear in the
 * number of features, where a table of pairs would take 90 gigabytes for an image of 224 × 224 × 3.
 */
export function bestPair(saliency: Saliency, domain: Uint32Array): readonly [number, number] | undefined {
  const features = contenders(saliency, domain);
  const gains = valuesAt(saliency.gains, features);
  const tree = treeOf(valuesAt(saliency.drops, features));
  const best = { value: 0, p: -1, q: -1 };
  search(tree, tree);
  return best.p < 0 ? undefined : [features[best.p] as number, features[best.q] as number];

  /** Looks for a better pair with its first feature in `a` and its second in `b`, which is `a` or comes after it. */
  function search(a: Run, b: Run): void {
    if (!isPromising(a, b)) return;
    if (a.halves === undefined && b.halves === undefined) {
      if (a !== b) Object.assign(best, { value: bound(a, b), p: a.start, q: b.start });
      return;
    }
    const pairs = halvesOf(a, b);
    for (const [first, second] of pairs.sort((one, other) => bound(...other) - bound(...one))) search(first, second);
  }

  function isPromising(a: Run, b: Run): boolean {
    const most = bound(a, b);
    return most > best.value || (most === best.value && (a.start - best.p || b.start - best.q) < 0);
  }

  /** The most that −α·β can be: of two single features it is that of their pair. Zero where α or β has the wrong sign. */
  function bound(a: Run, b: Run): number {
    const alpha = (gains[a.start] as number) + (gains[b.start] as number);
    const drop = a.drop + b.drop;
    return alpha > 0 && drop > 0 ? alpha * drop : 0;
  }
}

/**
 * The feature in the domain that maximizes ∂F_t/∂xᵢ · |Σ_{j≠t} ∂F_j/∂xᵢ| where the first is above and the sum below zero
 * (equation 8), or `undefined` where there is none; the first of equals.
 */
export function bestFeature({ gains, drops }: Saliency, domain: Uint32Array): readonly [number] | undefined {
  let [best, most] = [-1, 0];
  for (const i of domain) {
    const [gain, drop] = [gains[i] as number, drops[i] as number];
    const finite = Number.isFinite(gain) && Number.isFinite(drop);
    if (finite && gain > 0 && drop > 0 && gain * drop > most) [best, most] = [i, gain * drop];
  }
  return best < 0 ? undefined : [best];
}

/** Features that can be in the best pair, in the order of their rank. Values that are not finite are in none. */
function contenders(saliency: Saliency, domain: Uint32Array): Uint32Array {
  const { gains, drops } = saliency;
  const ranked = withoutPlainlyWorse(saliency, domain).sort(
    (i, j) => (gains[j] as number) - (gains[i] as number) || (drops[j] as number) - (drops[i] as number) || i - j,
  );
  let [most, second] = [-Infinity, -Infinity];
  return ranked.filter((i) => {
    const drop = drops[i] as number;
    if (drop <= second) return false;
    if (drop > most) [most, second] = [drop, most];
    else second = drop;
    return true;
  });
}

/** Leaves out what two certain features surpass in both, to have less to put in order. */
function withoutPlainlyWorse({ gains, drops }: Saliency, domain: Uint32Array): Uint32Array {
  const finite = domain.filter((i) => Number.isFinite(gains[i]) && Number.isFinite(drops[i]));
  const most = (values: Float64Array) => {
    let top = 0;
    for (const i of finite) top = Math.max(top, values[i] as number);
    return top;
  };
  const [topGain, topDrop] = [most(gains), most(drops)];
  if (topGain === 0 || topDrop === 0) return new Uint32Array();
  /** The feature that is far up in both. */
  const farthest = (except?: number) => {
    let [best, reach] = [-1, -Infinity];
    for (const i of finite) {
      const here = Math.min((gains[i] as number) / topGain, (drops[i] as number) / topDrop);
      if (i !== except && here > reach) [best, reach] = [i, here];
    }
    return best;
  };
  const first = farthest();
  const second = farthest(first);
  const floorOf = (values: Float64Array) => Math.min(values[first] as number, values[second] ?? -Infinity);
  const [gain, drop] = [floorOf(gains), floorOf(drops)];
  return finite.filter((i) => (gains[i] as number) >= gain || (drops[i] as number) >= drop);
}

/** Features that follow each other by rank: the first has the largest gain. */
interface Run {
  readonly start: number;
  /** The largest drop. */
  readonly drop: number;
  readonly halves?: readonly [Run, Run];
}

function treeOf(drops: Float64Array, start = 0, end = drops.length): Run {
  if (end - start < 2) return { start, drop: drops[start] ?? -Infinity };
  const middle = (start + end) >> 1;
  const halves = [treeOf(drops, start, middle), treeOf(drops, middle, end)] as const;
  return { start, drop: Math.max(halves[0].drop, halves[1].drop), halves };
}

/** The pairs of runs that make up all pairs of features from two runs. */
function halvesOf(a: Run, b: Run): [Run, Run][] {
  if (a === b) {
    const [left, right] = a.halves as readonly [Run, Run];
    return [
      [left, left],
      [left, right],
      [right, right],
    ];
  }
  const pairs = (a.halves ?? [a]).flatMap((first) => (b.halves ?? [b]).map((second): [Run, Run] => [first, second]));
  return pairs;
}
