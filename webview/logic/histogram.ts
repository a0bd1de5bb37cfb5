import type { Norm } from '../../src/geometry/norms.ts';

/** Counts of distances between edges; there is one edge more than counts. The last bin has its upper edge too. */
export interface Histogram {
  readonly edges: readonly number[];
  readonly counts: readonly number[];
}

/** One bin per gray level is legible up to this many. */
const mostLevels = 64;
const usualBins = 16;

/**
 * The histogram of finite distances: a bin for each gray level where linf has few of them, or else bins of a round
 * width. It begins at zero and reaches `reach`, so that a budget has its place even where nothing comes near.
 */
export function makeHistogram(distances: readonly number[], norm: Norm, reach = 0): Histogram {
  const finite = distances.filter(Number.isFinite);
  const largest = finite.reduce((most, distance) => Math.max(most, distance), reach);
  // Values below the smallest change of a pixel are not distances, and too small for bins.
  if (largest < 1e-9) return { edges: [0, 1], counts: [finite.length] };
  const level = 1 / 255;
  if (norm === 'linf' && largest <= (mostLevels + 0.5) * level) {
    // Levels are in the middle of their bins.
    const bins = Math.round(largest / level) + 1;
    return fill(
      finite,
      Array.from({ length: bins + 1 }, (_, i) => (i - 0.5) * level),
    );
  }
  const width = roundUp(largest / usualBins, norm === 'l0' ? 1 : 0);
  const bins = Math.max(1, Math.ceil(largest / width - 1e-9));
  return fill(
    finite,
    Array.from({ length: bins + 1 }, (_, i) => i * width),
  );
}

function fill(distances: readonly number[], edges: readonly number[]): Histogram {
  const counts = new Array<number>(edges.length - 1).fill(0);
  const [start = 0, second = 1] = edges;
  for (const distance of distances) {
    const bin = Math.max(0, Math.min(counts.length - 1, Math.floor((distance - start) / (second - start) + 1e-6)));
    counts[bin] = (counts[bin] as number) + 1;
  }
  return { edges, counts };
}

/** The next of 1, 2, 2.5, 5, 10 times a power of ten; at least `least`. */
function roundUp(width: number, least: number): number {
  const power = 10 ** Math.floor(Math.log10(width));
  const round = [1, 2, 2.5, 5, 10].map((step) => step * power).find((step) => step >= width * (1 - 1e-9)) ?? width;
  return Math.max(least, round);
}
