/** Where as large a fraction of impostors is accepted as of genuine pairs is rejected. */
export interface EqualErrorRate {
  /** From 0 to 1. */
  readonly rate: number;
  /** The threshold at which it is so, a cosine similarity. */
  readonly threshold: number;
}

/** An image and an identity that it may show. */
export interface Pair {
  readonly similarity: number;
  readonly genuine: boolean;
}

/**
 * The equal error rate over pairs of an image and an identity. Among the thresholds that tell pairs apart, it is the mean of
 * both rates where they differ least; a pair is accepted from the threshold on.
 * @returns undefined without genuine pairs, or without others.
 */
export function equalErrorRate(pairs: readonly Pair[]): EqualErrorRate | undefined {
  const sorted = pairs.toSorted((a, b) => a.similarity - b.similarity);
  const genuine = sorted.filter((pair) => pair.genuine).length;
  const impostors = sorted.length - genuine;
  if (genuine === 0 || impostors === 0) return undefined;
  let best = { gap: Infinity, rate: 1, threshold: 1 };
  let [rejected, accepted] = [0, impostors];
  // Every pair from this one on is accepted.
  for (const [place, pair] of sorted.entries()) {
    const before = sorted[place - 1];
    if (before === undefined || before.similarity < pair.similarity) {
      const [rejects, accepts] = [rejected / genuine, accepted / impostors];
      const gap = Math.abs(rejects - accepts);
      const threshold = before === undefined ? pair.similarity : (before.similarity + pair.similarity) / 2;
      if (gap < best.gap) best = { gap, rate: (rejects + accepts) / 2, threshold };
    }
    if (pair.genuine) rejected++;
    else accepted--;
  }
  return { rate: best.rate, threshold: best.threshold };
}
