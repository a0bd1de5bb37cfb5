import type { Replay, Tried } from '../corpus/replay.ts';
import type { State } from '../corpus/states.ts';
import { firstFew } from '../data/firstFew.ts';
import type { Verdict } from '../evaluation/verdict.ts';
import type { TestReport } from './report.ts';

/** States in words, as they stand in a count. */
const inWords: Readonly<Record<State, string>> = {
  newlyFooled: 'newly fooled',
  stillFooled: 'still fooled',
  fixedForThisImageOnly: 'fixed for this image only',
  fixed: 'fixed',
};

/** "14 known counterexamples: 2 newly fooled (stop/01.png, yield/04.png), 12 fixed"; empty if none was replayed. */
export function describeKnown({ counterexamples, model }: Pick<TestReport, 'counterexamples' | 'model'>): string[] {
  if (counterexamples === undefined) return [];
  const { examples, outside } = counterexamples;
  const counts = Object.entries(inWords).flatMap(([state, words]) => {
    const some = examples.filter((one) => one.state === state);
    if (some.length === 0) return [];
    const names = state === 'newlyFooled' ? ` (${firstFew(some.map(({ image }) => shortName(image)))})` : '';
    return [`${some.length} ${words}${names}`];
  });
  const unnoted = examples.filter(({ state, since }) => state === 'fixed' && since === model.sha256).length;
  return [
    ...(examples.length > 0 ? [`${countOf(examples.length)}: ${counts.join(', ')}`] : []),
    ...(unnoted > 0
      ? [
          `${countOf(unnoted)} fixed that the baseline does not have as fixed: update it, so that it fails a test if that is lost`,
        ]
      : []),
    ...(outside > 0
      ? [`${countOf(outside)} not tried: in another norm, with another kind of goal, or beyond the budgets of the test`]
      : []),
  ];
}

/** "14 known counterexamples: 2 fool the model, 1 newly", as soon as that is known. */
export function describeTried({ fooled, newlyFooled, total }: Tried): string {
  return `${countOf(total)}: ${fooled} fool the model, ${newlyFooled} newly`;
}

/** The end of the path of an image, with its folder, which is often its class. */
export function shortName(image: string): string {
  return image.split(/[\\/]/).slice(-2).join('/');
}

/**
 * What known counterexamples make of the verdict on a test, and why: a newly fooled one is a failure, whatever else was
 * measured, and one that was fixed and can no longer be confirmed is an error. All others change nothing.
 */
export function underKnown(
  verdict: { readonly status: Verdict; readonly message: string },
  counterexamples: Replay | undefined,
): { readonly status: Verdict; readonly message: string } {
  const examples = counterexamples?.examples ?? [];
  const named = (some: typeof examples) => firstFew(some.map(({ image }) => shortName(image)));
  const newly = examples.filter(({ state }) => state === 'newlyFooled');
  if (newly.length > 0) {
    const reason = `${countOf(newly.length)} newly fooled: ${named(newly)}`;
    return { status: 'failed', message: [reason, verdict.message].join('; ') };
  }
  const open = examples.filter(({ unconfirmed }) => unconfirmed);
  if (open.length === 0 || verdict.status === 'failed') return verdict;
  const reason = `${countOf(open.length)} fixed according to the baseline, which can no longer be confirmed, since the model gives no gradient to attack by: ${named(open)}`;
  return { status: 'errored', message: [reason, verdict.message].join('; ') };
}

function countOf(count: number): string {
  return count === 1 ? '1 known counterexample' : `${count} known counterexamples`;
}
