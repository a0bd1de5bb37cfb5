/** How well scores tell adversarial examples from clean images. */
export interface Separation {
  /** Points of the curve: fractions of clean images and of adversarial examples rejected, from (0, 0) to (1, 1). */
  readonly roc: readonly (readonly [falsePositives: number, detected: number])[];
  /** Area under the curve: 1 if all adversarial examples score higher than all clean images. */
  readonly auroc: number;
  /** Fraction of adversarial examples detected if at most 1% of clean images are rejected. */
  readonly detectedAt1: number;
  readonly detectedAt5: number;
}

/**
 * The receiver operating characteristic of a detector: every threshold that makes a difference, the highest first. Equal
 * scores are rejected together, so that the area is the probability that an adversarial example scores higher than a clean
 * image, ties counting half (Fawcett 2006, "An introduction to ROC analysis").
 * @param clean at least one score; a score that is not a number counts as the highest.
 * @param adversarial at least one score.
 */
export function separate(clean: readonly number[], adversarial: readonly number[]): Separation {
  const scores = [
    ...clean.map((score) => ({ score: suspicion(score), isClean: true })),
    ...adversarial.map((score) => ({ score: suspicion(score), isClean: false })),
  ].sort((a, b) => (a.score === b.score ? 0 : b.score - a.score));
  const roc: [number, number][] = [[0, 0]];
  let [rejected, detected, auroc] = [0, 0, 0];
  for (const [i, { score, isClean }] of scores.entries()) {
    if (isClean) rejected++;
    else detected++;
    if (scores[i + 1]?.score === score) continue;
    const [x, y] = [rejected / clean.length, detected / adversarial.length];
    const [lastX, lastY] = roc.at(-1) as [number, number];
    auroc += ((x - lastX) * (y + lastY)) / 2;
    roc.push([x, y]);
  }
  const detectedAt = (rate: number) => Math.max(...roc.filter(([x]) => x <= rate).map(([, y]) => y));
  return { roc: corners(roc), auroc, detectedAt1: detectedAt(0.01), detectedAt5: detectedAt(0.05) };
}

/**
 * The lowest threshold that rejects at most a fraction of clean images, those with scores above it.
 * @param clean at least one score.
 * @param falsePositiveRate in [0, 1).
 */
export function thresholdAt(clean: readonly number[], falsePositiveRate: number): number {
  const sorted = clean.map(suspicion).sort((a, b) => (a === b ? 0 : b - a));
  return sorted[Math.floor(falsePositiveRate * sorted.length)] as number;
}

function suspicion(score: number): number {
  return Number.isNaN(score) ? Infinity : score;
}

/** Leaves out points on a straight line between their neighbors. */
function corners(points: readonly [number, number][]): [number, number][] {
  return points.filter(([x, y], i) => {
    const [before, after] = [points[i - 1], points[i + 1]];
    if (!before || !after) return true;
    return (x - before[0]) * (after[1] - y) !== (after[0] - x) * (y - before[1]);
  });
}
