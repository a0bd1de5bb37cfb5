import type { AttackDefinition } from '../../src/attacks/attackDefinition.ts';
import { catalog } from '../../src/attacks/catalog.ts';
import type { Classifier } from '../../src/models/classifier.ts';
import { outcomesOf } from '../support/runs.ts';
import type { Case, Tolerance } from './cases.ts';
import { digits } from './digits.ts';
import type { PeerResult, Setting } from './peers.ts';

/** How strong an attack was. */
export interface Strength {
  /** Part of the images on which it succeeded. */
  readonly success: number;
  /** Median over all images of the distance, a failure being infinitely far; in l0 the mean, whose steps are finer. */
  readonly distance?: number;
}

const exact: Tolerance = { points: 1, times: 1.02 };
// 1 of 200 images is half a point only but for rounding.
const rounding = 1e-9;

/** Whether ours is weaker or stronger than a peer; neither, where they differ by no more than the tolerance. */
export function difference(
  own: Strength,
  other: Strength,
  tolerance: Tolerance = exact,
): 'weaker' | 'stronger' | undefined {
  if (isBehind(own, other, tolerance)) return 'weaker';
  return isBehind(other, own, tolerance) ? 'stronger' : undefined;
}

function isBehind(one: Strength, other: Strength, { points, times }: Tolerance): boolean {
  const isRarer = one.success < other.success - points / 100 - rounding;
  return isRarer || (one.distance ?? 0) > times * (other.distance ?? 0);
}

/** Runs our attack off the 8-bit grid on all images. */
export async function ours(
  classifier: Classifier,
  { attack: id, parameters }: Case,
  { norm, epsilon = Infinity, targeted, queries }: Setting,
): Promise<Strength> {
  const attack = catalog.get(id) as AttackDefinition;
  const run = {
    classifier,
    budget: { norm, epsilon },
    parameters: parameters?.(norm, epsilon) ?? {},
    ...(queries !== undefined && { queries }),
    stopAtSuccess: epsilon < Infinity,
  };
  const outcomes = await outcomesOf(attack, run, digits(targeted));
  const distances = outcomes.map(({ best }) => (best?.success ? best.norms[norm] : Infinity));
  return strength(distances, norm, epsilon);
}

export function theirs({ norm, epsilon = Infinity, reached, distances }: PeerResult): Strength {
  const all = Array.from(reached, (one, i) => (one === '1' ? (distances?.[i] ?? 0) : Infinity));
  return strength(all, norm, epsilon);
}

function strength(distances: readonly number[], norm: Setting['norm'], epsilon: number): Strength {
  const found = distances.filter(Number.isFinite);
  const success = found.length / distances.length;
  if (epsilon < Infinity) return { success };
  return { success, distance: norm === 'l0' ? mean(distances) : median(distances) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] as number) + (sorted[Math.floor(middle)] as number)) / 2;
}
