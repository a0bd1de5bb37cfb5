import { kinds } from '../attacks/kind.ts';
import { definitionOf } from '../runner/configuredAttack.ts';
import { type Comparison, compare } from './comparison.ts';
import { objectionTo } from './evidence.ts';
import type { TestPlan } from './plan.ts';
import type { Round } from './round.ts';
import { objectionToSurrogate } from './transfer.ts';

/**
 * A test's result: its expectation met, missed, or not to be judged, which is never merged with the one before; or measured,
 * where nothing was expected that could be met.
 */
export type Verdict = 'passed' | 'failed' | 'errored' | 'measured';

/** What a test comes to. */
export interface Conclusion {
  readonly status: Verdict;
  readonly comparisons: readonly Comparison[];
  /** Why expectations that were met prove nothing. */
  readonly objection?: string;
}

/**
 * The verdict of a test. It fails where an expectation is missed however undecided images are read, and passes only where
 * every one is met however they are read, and where that proves something. Without expectations an attack is measured.
 * @param classes number of the model's classes.
 */
export function conclude(plan: TestPlan, rounds: readonly Round[], classes: number): Conclusion {
  const comparisons = compare(plan, rounds);
  if (comparisons.some(({ result }) => result === 'missed')) return { status: 'failed', comparisons };
  const open = comparisons.length > 0 ? comparisons.some(({ result }) => result === 'undecided') : rounds.some(isOpen);
  if (open) return { status: 'errored', comparisons };
  const { metrics, onlyAnswer } = rounds[0] ?? {};
  const { hasTrueLabel, isMeasured } = kinds[definitionOf(plan.attacks[0].attack).kind];
  if (comparisons.length === 0 && isMeasured) return { status: 'measured', comparisons };
  const objection =
    (comparisons.some(({ metric }) => metric !== 'cleanAccuracy') &&
      objectionToSurrogate(rounds[0]?.transfer, classes)) ||
    (metrics && hasTrueLabel && objectionTo(plan, comparisons, { ...metrics, onlyAnswer }, classes));
  return objection ? { status: 'errored', comparisons, objection } : { status: 'passed', comparisons };
}

/** True where no image of those that were attacked is decided. */
function isOpen({ metrics: { counts } }: Round): boolean {
  return counts.undecided === counts.eligible;
}
