import type { Norm, Norms } from '../geometry/norms.ts';

/**
 * What an example came to: wrong before any attack, right and yet rejected by the detector, not eligible (its label is
 * the target), fooled, undecided (not fooled, but the attack had nothing to follow), or held.
 */
export type Status = 'wrong' | 'rejected' | 'ineligible' | 'fooled' | 'undecided' | 'held';

/** Bounds of a confidence interval. */
export type Interval = readonly [low: number, high: number];

/** How sure an interval can be asked to be. */
export const confidences = [0.8, 0.9, 0.95, 0.99] as const;
export type Confidence = (typeof confidences)[number];

/** What the attack left, under one reading of the examples that are undecided. */
export interface Figures {
  /** Fraction of all examples that the model still gets right after it; missing for a targeted attack, which has another goal. */
  readonly robustAccuracy?: number;
  /** Fraction of the eligible examples that the attack turned. */
  readonly successRate: number;
  readonly medianDistance: number;
  readonly meanDistance: number;
  /** Confidence intervals: Wilson's score interval of fractions, and that of the median's rank. */
  readonly intervals: Readonly<
    Partial<Record<'cleanAccuracy' | 'robustAccuracy' | 'successRate' | 'medianDistance', Interval>>
  >;
}

/**
 * The figures of one attack on a set of examples. Distances are in the attack's norm, `Infinity` where examples held. An
 * undecided example counts as fooled, without any perturbation: the figures are what is certain.
 */
export interface Metrics extends Figures {
  /** Fraction of all examples that the model gets right before the attack, and its detector accepts. */
  readonly cleanAccuracy: number;
  /** `rejected` only where there is a detector, `undecided` only where examples are. */
  readonly counts: Readonly<Record<Exclude<Status, 'rejected' | 'undecided'> | 'total' | 'eligible', number>> & {
    readonly rejected?: number;
    readonly undecided?: number;
  };
  /** Of the intervals. */
  readonly confidence: Confidence;
  /** What the figures would be if every undecided example had held; missing where none is. */
  readonly ifHeld?: Figures;
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
  {
    targeted,
    guarded = false,
    confidence = 0.95,
  }: { readonly targeted: boolean; readonly guarded?: boolean; readonly confidence?: Confidence },
): Metrics {
  const count = (wanted: Status) => examples.filter(({ status }) => status === wanted).length;
  const [wrong, ineligible, rejected] = [count('wrong'), count('ineligible'), count('rejected')];
  const [fooled, undecided, held] = [count('fooled'), count('undecided'), count('held')];
  const [total, eligible] = [examples.length, fooled + undecided + held];
  const right = total - wrong - rejected;
  const found = examples.flatMap(({ status, norms }) => (status === 'fooled' ? [norms?.[norm] ?? Infinity] : []));
  const figures = (surviving: number, atLeast: number): Figures => {
    const distances = [...found, ...repeated(atLeast, undecided), ...repeated(Infinity, held)].sort(ascending);
    return {
      ...(targeted ? {} : { robustAccuracy: surviving / total }),
      successRate: (eligible - surviving) / eligible,
      medianDistance: median(distances),
      meanDistance: distances.reduce((sum, distance) => sum + distance, 0) / eligible,
      intervals: {
        cleanAccuracy: wilsonInterval(right, total, confidence),
        ...(targeted ? {} : { robustAccuracy: wilsonInterval(surviving, total, confidence) }),
        successRate: wilsonInterval(eligible - surviving, eligible, confidence),
        medianDistance: medianInterval(distances, confidence),
      },
    };
  };
  return {
    cleanAccuracy: right / total,
    ...figures(held, 0),
    counts: {
      total,
      wrong,
      ...(guarded && { rejected }),
      ineligible,
      eligible,
      fooled,
      ...(undecided > 0 && { undecided }),
      held,
    },
    confidence,
    ...(undecided > 0 && { ifHeld: figures(held + undecided, Infinity) }),
  };
}

/** The quantile of the standard normal distribution at (1 + confidence) / 2. */
const quantiles: Readonly<Record<Confidence, number>> = {
  0.8: 1.2815515655446004,
  0.9: 1.6448536269514722,
  0.95: 1.959963984540054,
  0.99: 2.5758293035489004,
};

/** The score interval of a proportion of `count` in `of` (Wilson 1927). */
export function wilsonInterval(count: number, of: number, confidence: Confidence = 0.95): Interval {
  const z = quantiles[confidence];
  const value = count / of;
  const center = (value + z ** 2 / (2 * of)) / (1 + z ** 2 / of);
  const half = (z / (1 + z ** 2 / of)) * Math.sqrt((value * (1 - value)) / of + (z / (2 * of)) ** 2);
  // At the ends the bound is the end, which rounding misses.
  return [count === 0 ? 0 : center - half, count === of ? 1 : center + half];
}

/**
 * The interval of a median of distances: the values whose ranks are n/2 ± z √n/2, rounded up (Conover 1999, "Practical
 * Nonparametric Statistics", section 3.2). Where there is no such rank it is open: from 0, or to infinity.
 * @param sorted distances, the smallest first.
 */
export function medianInterval(sorted: readonly number[], confidence: Confidence): Interval {
  const half = (quantiles[confidence] * Math.sqrt(sorted.length)) / 2;
  const ranked = (rank: number) => sorted[Math.ceil(rank) - 1];
  return [ranked(sorted.length / 2 - half) ?? 0, ranked(sorted.length / 2 + half) ?? Infinity];
}

/** The median of distances in any order. */
export function medianOf(distances: readonly number[]): number {
  return median(distances.toSorted(ascending));
}

function median(sorted: readonly number[]): number {
  const upper = sorted[Math.floor(sorted.length / 2)] as number;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] as number;
  return lower === upper ? upper : (lower + upper) / 2;
}

function repeated(value: number, times: number): number[] {
  return Array.from({ length: times }, () => value);
}

function ascending(a: number, b: number): number {
  return a < b ? -1 : Number(a > b);
}
