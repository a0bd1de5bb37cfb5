import type { AgainstBaseline, RoundAgainstBaseline } from '../corpus/compareWithBaseline.ts';
import { firstFew } from '../data/firstFew.ts';
import type { Verdict } from '../evaluation/verdict.ts';
import { formatEpsilon, formatNorm } from './format.ts';
import { shortName } from './known.ts';
import type { TestReport } from './report.ts';

/**
 * What the baseline makes of the verdict on a test, and why. Worse is a failure; what cannot be told, and a baseline that
 * has none of the examples, is an error, unless the test has failed anyway.
 */
export function verdictUnderBaseline(
  { status, message, attack: { norm } }: Pick<TestReport, 'status' | 'message' | 'attack'>,
  { rounds }: AgainstBaseline,
): { readonly status: Verdict; readonly message: string } {
  const said = (result: RoundAgainstBaseline['result']) =>
    rounds.filter((round) => round.result === result).map((round) => describeRound(round, norm));
  const worse = said('worse');
  if (worse.length > 0) return { status: 'failed', message: [...worse, message].join('; ') };
  if (status === 'failed') return { status, message };
  if (rounds.every(({ pairs }) => pairs === 0))
    return { status: 'errored', message: [nothingInCommon, message].join('; ') };
  const open = said('undecided');
  return open.length > 0 ? { status: 'errored', message: [...open, message].join('; ') } : { status, message };
}

const nothingInCommon =
  'the baseline has no example of this test in common with the run: images, labels, budgets, or the model were others. Update the baseline if that is meant';

/** What should be known of a comparison beside the verdict. */
export function describeBaseline({ rounds, added, missing }: AgainstBaseline): string[] {
  const better = rounds.filter(({ result }) => result === 'better');
  const few = rounds.filter(({ result, newlyFooled }) => result === 'same' && newlyFooled.length > 0);
  const won = better.reduce((sum, { newlyRobust }) => sum + newlyRobust, 0);
  return [
    ...(won > 0
      ? [
          `Better than the baseline: ${won} more robust results. Update the baseline, so that this is what later runs are held to.`,
        ]
      : []),
    ...few.map(
      ({ newlyFooled, newlyRobust, pValue }) =>
        `Newly fooled compared with the baseline, which may be chance (${newlyRobust} newly robust, p = ${pValue.toPrecision(2)}): ${names(newlyFooled)}.`,
    ),
    ...(added > 0 ? [`Results that the baseline does not have, and that were not compared: ${added}.`] : []),
    ...(missing > 0 ? [`Results of the baseline that this run does not have: ${missing}.`] : []),
  ];
}

/** "at L∞ 8/255, 9 of 60 images are newly fooled and 1 is newly robust compared with the baseline (p = 0.021): a.png, …" */
function describeRound(
  { epsilon, pairs, newlyFooled, newlyRobust, undecided, pValue }: RoundAgainstBaseline,
  norm: TestReport['attack']['norm'],
): string {
  const where = epsilon === undefined ? '' : `at ${formatNorm(norm)} ${formatEpsilon(epsilon, norm)}, `;
  const open = undecided > 0 ? `, ${undecided} undecided` : '';
  const list = newlyFooled.length > 0 ? `: ${names(newlyFooled)}` : '';
  return `${where}compared with the baseline on ${pairs} images, ${newlyFooled.length} are newly fooled${open}, and ${newlyRobust} newly robust (p = ${pValue.toPrecision(2)})${list}`;
}

function names(images: readonly string[]): string {
  return firstFew(images.map(shortName));
}
