import type { Norm, Norms } from '../geometry/norms.ts';

/**
 * What an example came to: wrong before any attack, right and yet rejected by the detector, not eligible (its label is
 * the target), fooled, or held.
 */
export type Status = 'wrong' | 'rejected' | 'ineligible' | 'fooled' | 'held';

/** Bounds of a 95% confidence interval. */
export type Interval = readonly [low: number, high: number];

/** The figures of one attack on a set of examples. Distances are in the attack's norm, `Infinity` where examples held. */
export interface Metrics {
  /** Fraction of all examples that the model gets right before the attack, and its detector accepts. */
  readonly cleanAccuracy: number;
  /** Fraction of all examples that it still gets right after it; missing for a targeted attack, which has another goal. */
  readonly robustAccuracy?: number;
  /** Fraction of the eligible examples that the attack turned. */
  readonly successRate: number;
  readonly medianDistance: number;
  readonly meanDistance: number;
  /** `rejected` only where there is a detector. */
  readonly counts: Readonly<Record<Exclude<Status, 'rejected'> | 'total' | 'eligible', number>> & {
    readonly rejected?: number;
  };
  /** 95% Wilson score intervals of the fractions. */
  readonly intervals: Readonly<Partial<Record<'cleanAccuracy' | 'robustAccuracy' | 'successRate', Interval>>>;
}

/** The part of an example that metrics need. */
export interface Tally {
  readonly status: Status;
  readonly norms?: Norms;
}

/**
 * Computes the metrics of one attack. Distances run over the eligible examples, one that held counting as infinite.
 * @param examples at least one of them eligible.
 */
export function computeMetrics(
  examples: readonly Tally[],
  norm: Norm,
  { targeted, guarded = false }: { readonly targeted: boolean; readonly guarded?: boolean },
): Metrics {
  const count = (wanted: Status) => examples.filter(({ status }) => status === wanted).length;
  const [wrong, ineligible, fooled, held] = [count('wrong'), count('ineligible'), count('fooled'), count('held')];
  const rejected = count('rejected');
  const [total, eligible] = [examples.length, fooled + held];
  const right = total - wrong - rejected;
  const sorted = examples
    .filter(({ status }) => status === 'fooled' || status === 'held')
    .map(({ status, norms }) => (status === 'fooled' && norms ? norms[norm] : Infinity))
    .sort((a, b) => (a < b ? -1 : Number(a > b)));
  return {
    cleanAccuracy: right / total,
    ...(targeted ? {} : { robustAccuracy: held / total }),
    successRate: fooled / eligible,
    medianDistance: median(sorted),
    meanDistance: sorted.reduce((sum, distance) => sum + distance, 0) / eligible,
    counts: { total, wrong, ...(guarded && { rejected }), ineligible, eligible, fooled, held },
    intervals: {
      cleanAccuracy: wilsonInterval(right, total),
      ...(targeted ? {} : { robustAccuracy: wilsonInterval(held, total) }),
      successRate: wilsonInterval(fooled, eligible),
    },
  };
}

/** The 95% score interval of a proportion of `count` in `of` (Wilson 1927). */
export function wilsonInterval(count: number, of: number): Interval {
  const z = 1.959963984540054;
  const value = count / of;
  const center = (value + z ** 2 / (2 * of)) / (1 + z ** 2 / of);
  const half = (z / (1 + z ** 2 / of)) * Math.sqrt((value * (1 - value)) / of + (z / (2 * of)) ** 2);
  // At the ends the bound is the end, which rounding misses.
  return [count === 0 ? 0 : center - half, count === of ? 1 : center + half];
}

function median(sorted: readonly number[]): number {
  const upper = sorted[Math.floor(sorted.length / 2)] as number;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] as number;
  return lower === upper ? upper : (lower + upper) / 2;
}
