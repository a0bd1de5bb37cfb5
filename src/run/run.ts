import type { Callable, CallOptions } from '../engine/client.ts';
import { describeEstimate } from '../evaluation/estimate.ts';
import type { TestPlan } from '../evaluation/plan.ts';
import type { TestProgress } from '../jobs/runTest.ts';
import { dropFinished } from '../reports/finishedImages.ts';
import type { RunReport, TestReport, UnplannedReport } from '../reports/report.ts';
import { dropAnswers, writeReport } from '../reports/runFolder.ts';
import { transferMatrices } from '../reports/transferMatrix.ts';
import { hide } from '../secrets.ts';
import { UserError } from '../userError.ts';
import { fingerprintOf, keepFingerprint } from './fingerprints.ts';
import type { FinishedPart } from './resume.ts';
import { estimatePlan, runPlan } from './runPlan.ts';
import { underBaseline } from './underBaseline.ts';

/** What to run, where to, and who is told of it. */
export interface RunRequest {
  readonly engine: Callable;
  /** The folder or file whose settings define the tests, as the summary names it. */
  readonly workspace: string;
  /** Version of Perturb. */
  readonly version: string;
  /** The run folder, ready to be written into. */
  readonly folder: string;
  /** The tests, in their order. */
  readonly plans: readonly TestPlan[];
  /** The tests that the settings keep from running: they are reported first. */
  readonly unplanned?: readonly UnplannedReport[];
  /** What an earlier run into the folder has finished: that is not run again. */
  readonly finished?: FinishedPart | undefined;
  /** The results are to be the baseline (see `updateBaseline`), and are not held against the one that there is. */
  readonly isBaseline?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Runs a test, where that is not to run it whole. */
  runTest?(plan: TestPlan, options: CallOptions<TestProgress>): Promise<TestReport>;
  /** Called before a test that may take long, with a line that says how long; without it nothing is estimated. */
  onEstimate?(line: string, plan: TestPlan): void;
  onStart?(plan: TestPlan): void;
  onProgress?(progress: TestProgress): void;
  /** Called with every report of this run, once it is in the summary. */
  onFinished?(report: TestReport | UnplannedReport): void;
}

/** What a run came to whose summary could not be written. */
export class UnsavedRun extends UserError {
  readonly report: RunReport;

  constructor({ message }: Error, report: RunReport) {
    super(message);
    this.report = report;
  }
}

/**
 * Runs tests one after the other. The summary is written after each, so that a run that is interrupted or killed keeps
 * what it has, and can be resumed.
 * @throws UnsavedRun, after all tests, when the folder cannot be written; the signal's reason when that aborts.
 */
export async function run(request: RunRequest): Promise<RunReport> {
  const { engine, workspace, version, folder, plans, unplanned = [], finished, signal } = request;
  const started = finished?.started ?? new Date().toISOString();
  const reports = new Map(finished?.reports);
  const summary = (): RunReport => {
    const tests = [...unplanned, ...plans.flatMap(({ id }) => reports.get(id) ?? [])];
    const transfer = transferMatrices(tests);
    const matrices = transfer.length > 0 && { transfer };
    return { format: 'perturb-report', version: 1, workspace, started, ...matrices, tests };
  };
  let unsaved: Error | undefined;
  const save = () => writeReport(folder, summary()).catch((error) => (unsaved = error));
  // Verdicts that do not hold any more are gone from it before what their tests are run from today is remembered.
  if (finished || unplanned.length > 0) await save();
  for (const report of unplanned) request.onFinished?.(report);
  for (const plan of plans) {
    if (reports.has(plan.id)) continue;
    signal?.throwIfAborted();
    request.onStart?.(plan);
    if (request.onEstimate) {
      const line = describeEstimate(plan, await estimatePlan(engine, plan, signal));
      if (line !== undefined) request.onEstimate(line, plan);
    }
    // Before the test, so that what changes meanwhile counts as a change.
    const fingerprint = await fingerprintOf(plan, version, request.isBaseline);
    await keepFingerprint(folder, plan, fingerprint).catch((error) => (unsaved = error));
    const onProgress = (progress: TestProgress) => request.onProgress?.(progress);
    const options = { signal, onProgress };
    const measured = await (request.runTest?.(plan, options) ?? runPlan(engine, plan, folder, options));
    const found = request.isBaseline ? measured : await underBaseline(measured, plan, folder);
    // Where the settings are is no part of what they are made of.
    const report = { ...hide(found, plan.secrets), origin: found.origin };
    reports.set(plan.id, report);
    await save();
    // Only what has no verdict is run again, and asks again.
    if (report.status !== 'errored' && unsaved === undefined) await dropLeftovers(folder, plan.id);
    request.onFinished?.(report);
  }
  if (unsaved) throw new UnsavedRun(unsaved, summary());
  return summary();
}

/** Removes what a test would have gone on from, had it been interrupted. What cannot be removed does no harm. */
async function dropLeftovers(folder: string, test: string): Promise<void> {
  await Promise.allSettled([dropAnswers(folder, test), dropFinished(folder, test)]);
}
