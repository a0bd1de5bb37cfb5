import { access } from 'node:fs/promises';
import path from 'node:path';
import type { TestPlan } from '../evaluation/plan.ts';
import { isPlanned, type TestReport } from '../reports/report.ts';
import { examplesFile, readReport } from '../reports/runFolder.ts';
import { UserError } from '../userError.ts';
import { changesOf, fingerprintOf, readFingerprints, writeFingerprints } from './fingerprints.ts';
import { leaveFinished } from './leaveFinished.ts';

/** What a run has finished. */
export interface FinishedPart {
  /** When the run was started. */
  readonly started: string;
  /** The reports that hold as they are, by the ids of their tests. */
  readonly reports: ReadonlyMap<string, TestReport>;
  /** Which tests go on where they were interrupted, and which begin anew, and why: a line each. */
  readonly notes: readonly string[];
}

/** What to say where there is no run. */
export function nothingToResume(folder: string): UserError {
  return new UserError(`${folder} has no run in it to resume. Check the path, or start a run with --output.`);
}

/**
 * Makes the folder of a run that was interrupted ready to go on: finds the tests that have a verdict, and the images that
 * the others have finished, where plans, files and Perturb are as they were, and removes what there is of all others, which
 * are to run from their start.
 * @param version of Perturb.
 * @param isBaseline the results are to be the baseline (see `fingerprintOf`).
 * @throws UserError when the folder has no run in it, is damaged, or cannot be written.
 */
export async function resumeRun(
  folder: string,
  plans: readonly TestPlan[],
  version: string,
  isBaseline = false,
): Promise<FinishedPart> {
  await access(path.join(folder, examplesFile)).catch(() => {
    throw nothingToResume(folder);
  });
  // A run that was killed before its first test finished has no summary.
  const summary = await readReport(folder).catch(() => undefined);
  const fingerprints = await readFingerprints(folder);
  const reports = new Map<string, TestReport>();
  const begun: TestPlan[] = [];
  const anew: string[] = [];
  for (const plan of plans) {
    const before = fingerprints[plan.id];
    const changes = changesOf(before, await fingerprintOf(plan, version, isBaseline));
    const report = summary?.tests.find(({ id }) => id === plan.id);
    const hasVerdict = report !== undefined && isPlanned(report) && report.status !== 'errored';
    if (hasVerdict && changes.length === 0) reports.set(plan.id, { ...report, origin: plan.origin });
    // Known counterexamples change nothing in what attacks find, but all of that is gone where there was a verdict.
    else if (!hasVerdict && changes.every((cause) => cause === 'known counterexamples')) begun.push(plan);
    else if (before) anew.push(describeChanges(plan.id, changes));
    else if (report) anew.push(`${plan.id} begins anew, as it is not known what it was run from.`);
  }
  const standing = new Set([...reports.keys(), ...begun.map(({ id }) => id)]);
  await writeFingerprints(folder, Object.fromEntries(Object.entries(fingerprints).filter(([id]) => standing.has(id))));
  const notes = await leaveFinished(folder, { whole: new Set(reports.keys()), begun });
  const started = summary?.started ?? new Date().toISOString();
  return { started, reports, notes: [...anew, ...notes] };
}

/** Why a test begins anew, in words. */
export function describeChanges(test: string, changes: readonly string[]): string {
  return `${test} begins anew, as these are others than before: ${changes.join(', ')}.`;
}
