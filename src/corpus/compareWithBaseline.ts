import type { Status } from '../evaluation/metrics.ts';
import type { BaselineLine } from './baseline.ts';
import { exactMcNemar } from './mcnemar.ts';

/** A difference that chance would bring about less often than this is a difference. */
export const significance = 0.05;

/** What one example came to now. */
export interface Measured extends Omit<BaselineLine, 'test' | 'model'> {
  readonly image: string;
}

/**
 * How a test stands to its baseline at one budget, on the examples that both have. An example is *robust* where it held;
 * without a target it is not where it was fooled, wrong, or rejected. With a target only examples are compared that were
 * attacked both times. What the baseline has as undecided is not compared.
 *
 * - **worse**: more robust examples were lost than others were won, and by the exact test of McNemar that is no chance.
 * - **undecided**: it is worse if the examples on which the attack had nothing to follow are taken for lost.
 * - **better**: the other way around: the baseline can be tightened.
 * - **same**: none of these.
 */
export interface RoundAgainstBaseline {
  readonly epsilon?: number;
  readonly result: 'same' | 'worse' | 'better' | 'undecided';
  /** Examples that are compared. */
  readonly pairs: number;
  /** The images that were robust, and no longer are. */
  readonly newlyFooled: readonly string[];
  /** How many were robust, and are undecided now; how many were not robust, and are now. */
  readonly undecided: number;
  readonly newlyRobust: number;
  /** Of the exact test of McNemar, undecided examples left aside. */
  readonly pValue: number;
}

/** How a test stands to its baseline. */
export interface AgainstBaseline {
  readonly rounds: readonly RoundAgainstBaseline[];
  /** SHA-256 of the models that the baseline was measured on. */
  readonly models: readonly string[];
  /** Results of this run that the baseline does not have, and the other way around. */
  readonly added: number;
  readonly missing: number;
}

/** Compares what a test came to with its lines in the baseline, which has some. */
export function compareWithBaseline(
  measured: readonly Measured[],
  lines: readonly BaselineLine[],
  isTargeted: boolean,
): AgainstBaseline {
  const keyOf = ({ example, epsilon }: Pick<Measured, 'example' | 'epsilon'>) => `${example} ${epsilon ?? ''}`;
  const before = new Map(lines.map((line) => [keyOf(line), line]));
  const epsilons = [...new Set(measured.map(({ epsilon }) => epsilon))];
  const found = new Set(measured.map(keyOf));
  return {
    rounds: epsilons.map((epsilon) => {
      const pairs = measured
        .filter((one) => one.epsilon === epsilon)
        .map((now) => ({ now, was: before.get(keyOf(now)) }))
        .filter(({ now, was }) => was && isCompared(was.status, isTargeted) && isCompared(now.status, isTargeted))
        .filter(({ was }) => was?.status !== 'undecided');
      const count = (wasRobust: boolean, status: (now: Status) => boolean) =>
        pairs.filter(({ now, was }) => (was?.status === 'held') === wasRobust && status(now.status));
      const lost = count(true, (now) => now !== 'held' && now !== 'undecided');
      const open = count(true, (now) => now === 'undecided');
      const won = count(false, (now) => now === 'held');
      return {
        ...(epsilon !== undefined && { epsilon }),
        result: resultOf(lost.length, open.length, won.length),
        pairs: pairs.length,
        newlyFooled: lost.map(({ now }) => now.image),
        undecided: open.length,
        newlyRobust: won.length,
        pValue: exactMcNemar(lost.length, won.length),
      };
    }),
    models: [...new Set(lines.map(({ model }) => model))],
    added: measured.filter((one) => !before.has(keyOf(one))).length,
    missing: lines.filter((line) => !found.has(keyOf(line))).length,
  };
}

function isCompared(status: Status, isTargeted: boolean): boolean {
  return isTargeted ? status === 'held' || status === 'fooled' || status === 'undecided' : status !== 'ineligible';
}

function resultOf(lost: number, open: number, won: number): RoundAgainstBaseline['result'] {
  const isSure = (losses: number) => exactMcNemar(losses, won) < significance;
  if (lost > won && isSure(lost)) return 'worse';
  if (lost + open > won && isSure(lost + open)) return 'undecided';
  return won > lost + open && isSure(lost + open) ? 'better' : 'same';
}
