import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { TestPlan } from '../evaluation/plan.ts';
import { eachExample, filterExamples } from '../reports/examples.ts';
import { isPlanned, type TestReport } from '../reports/report.ts';
import { finishedFile, imagesFolder, picturesFolder, readReport, slug, writing } from '../reports/runFolder.ts';
import { UserError } from '../userError.ts';
import { fingerprintOf, readFingerprints } from './fingerprints.ts';

/** What a run has finished. */
export interface FinishedPart {
  /** When the run was started. */
  readonly started: string;
  /** The reports that hold as they are, by the ids of their tests. */
  readonly reports: ReadonlyMap<string, TestReport>;
}

/** What to say where there is no run. */
export function nothingToResume(folder: string): UserError {
  return new UserError(`${folder} has no run in it to resume. Check the path, or start a run with --output.`);
}

/**
 * Makes the folder of a run that was interrupted ready to go on: finds the tests that have a verdict and whose plans and
 * files are as they were, and removes what there is of all others, which are to run from their start.
 * @throws UserError when the folder has no run in it, or cannot be written.
 */
export async function resumeRun(folder: string, plans: readonly TestPlan[]): Promise<FinishedPart> {
  const begun = await testsIn(folder).catch((error: unknown) => {
    throw error instanceof UserError ? error : nothingToResume(folder);
  });
  // A run that was killed before its first test finished has no summary.
  const summary = await readReport(folder).catch(() => undefined);
  const fingerprints = await readFingerprints(folder);
  const reports = new Map<string, TestReport>();
  for (const plan of plans) {
    const report = summary?.tests.find(({ id }) => id === plan.id);
    if (report === undefined || !isPlanned(report) || report.status === 'errored') continue;
    if (fingerprints[plan.id] !== (await fingerprintOf(plan))) continue;
    reports.set(plan.id, { ...report, origin: plan.origin });
  }
  for (const test of begun) {
    if (reports.has(test)) continue;
    for (const kind of [imagesFolder, picturesFolder]) {
      await writing(path.join(folder, kind, slug(test)), (place) => rm(place, { recursive: true, force: true }));
    }
  }
  await filterExamples(folder, ({ test }) => reports.has(test));
  // What shards had attacked is attacked again where it has no verdict.
  await writing(path.join(folder, finishedFile), (file) => rm(file, { force: true }));
  return { started: summary?.started ?? new Date().toISOString(), reports };
}

/** Ids of the tests that have examples. */
async function testsIn(folder: string): Promise<Set<string>> {
  const tests = new Set<string>();
  for await (const { test } of eachExample(folder)) tests.add(test);
  return tests;
}
