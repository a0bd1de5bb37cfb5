import { type BaselineLine, readBaseline, writeBaseline } from '../corpus/baseline.ts';
import { readCounterexamples, writeCounterexamples } from '../corpus/counterexample.ts';
import type { Replay } from '../corpus/replay.ts';
import type { TestReport } from '../reports/report.ts';
import { linesOf } from './underBaseline.ts';

/** The result of a test, and the run folder that has its examples. */
export interface MeasuredTest {
  readonly report: TestReport;
  readonly folder: string;
}

/** What became of the baseline. */
export interface BaselineUpdate {
  /** Ids of the tests whose results are the baseline now. */
  readonly updated: readonly string[];
  /** Those that came to no results, or to those of a quick run: what the baseline has of them stays. */
  readonly left: readonly string[];
  /** Tests that the settings do not define any more, and that the baseline has forgotten. */
  readonly forgotten: readonly string[];
}

/**
 * Makes the results of tests the baseline of a folder, and notes which known counterexamples are fixed.
 * @param defined the ids of all tests that the settings define.
 * @throws UserError when the baseline cannot be read, which is never replaced then, or not written.
 */
export async function updateBaseline(
  robustness: string,
  tests: readonly MeasuredTest[],
  defined: readonly string[],
): Promise<BaselineUpdate> {
  const attacks = tests.filter(({ report }) => report.attack.kind === 'attack');
  const usable = attacks.filter(({ report }) => report.rounds.length > 0 && !report.quick && report.model.sha256);
  const updated = usable.map(({ report }) => report.id);
  const before = await readBaseline(robustness);
  const kept = before.filter(({ test }) => defined.includes(test) && !updated.includes(test));
  const lines: BaselineLine[] = [...kept];
  for (const { report, folder } of usable) for (const line of await linesOf(folder, report)) lines.push(line);
  await noteFixed(robustness, usable);
  await writeBaseline(robustness, lines);
  return {
    updated,
    left: attacks.filter((test) => !usable.includes(test)).map(({ report }) => report.id),
    forgotten: [...new Set(before.map(({ test }) => test))].filter((test) => !defined.includes(test)),
  };
}

/** Known counterexamples that a model withstood are expected to be withstood from now on, and no others that were tried. */
async function noteFixed(robustness: string, tests: readonly MeasuredTest[]): Promise<void> {
  const states = new Map<string, Replay['examples'][number]>();
  for (const { report } of tests) {
    for (const one of report.counterexamples?.examples ?? []) states.set(`${one.identity} ${report.id}`, one);
  }
  if (states.size === 0) return;
  const known = await readCounterexamples(robustness);
  const noted = known.map((one) => {
    const tried = states.get(`${one.identity} ${one.test}`);
    if (tried === undefined) return one;
    const { fixed: _, ...rest } = one;
    return tried.state === 'fixed' ? { ...rest, fixed: tried.since } : rest;
  });
  await writeCounterexamples(robustness, noted);
}
