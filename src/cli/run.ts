import { readExamples } from '../reports/examples.ts';
import { describeTried } from '../reports/known.ts';
import { describeProfile } from '../reports/profile.ts';
import { isPlanned, type RunReport } from '../reports/report.ts';
import { UnsavedRun } from '../run/run.ts';
import type { BaselineUpdate } from '../run/updateBaseline.ts';
import { formatProblem } from '../settings/problem.ts';
import { UserError } from '../userError.ts';
import { printable } from './printable.ts';
import { ProgressBar } from './progressBar.ts';
import { type RequestedReport, writeReports } from './reports.ts';
import { runWorkspace } from './runWorkspace.ts';
import { shard } from './shard.ts';
import { shardOf } from './shardOption.ts';
import { formatTable } from './table.ts';

/** Runs a workspace and prints the result. Returns the exit code: 0 if all passed, 1 if any failed, 2 if any could not run. */
export async function run(
  workspace: string,
  {
    test,
    output,
    resume,
    robustness,
    updateBaseline,
    strict,
    json,
    profile,
    report: requested = [],
  }: {
    test?: string[];
    output?: string;
    resume?: string;
    robustness?: string;
    updateBaseline?: boolean;
    strict?: boolean;
    json?: boolean;
    profile?: boolean;
    report?: readonly RequestedReport[];
  },
): Promise<number> {
  const bar = new ProgressBar();
  const note = notesBeside(bar);
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort(new Error('interrupted')));
  const finished = await runWorkspace({
    workspace,
    names: test,
    output,
    resume,
    robustness,
    updateBaseline,
    strict,
    signal: interrupt.signal,
    onProgress: (progress) => {
      bar.show(progress);
      if (progress.known && !json) note(`${progress.test}: ${describeTried(progress.known)}`);
    },
    onNote: note,
    ...(!json && { onEstimate: note }),
  })
    .catch((error) => {
      // What was measured is worth a table, even if it could not be kept.
      if (error instanceof UnsavedRun) console.log(printable(formatTable(error.report)));
      throw error;
    })
    .finally(() => bar.clear());
  const { report, folder, problems, baselines, orphans } = finished;
  for (const problem of problems) console.error(printable(formatProblem(problem)));
  for (const line of [...baselines.flatMap(describeUpdate), ...orphans]) console.error(printable(line));
  if (json) console.log(JSON.stringify(await withExamples(report, folder), null, 2));
  else
    console.log(
      printable([formatTable(report), ...(profile ? profiles(report) : []), `Results: ${folder}`].join('\n')),
    );
  await writeReports(requested, { report, folder });
  return problems.length + orphans.length > 0 ? 2 : exitCode(report);
}

/** Prints lines while a progress bar is shown. */
function notesBeside(bar: ProgressBar): (line: string) => void {
  return (line) => {
    bar.clear();
    console.error(printable(line));
  };
}

function describeUpdate({ updated, left, forgotten }: BaselineUpdate): string[] {
  return [
    `The baseline has the results of ${updated.length === 1 ? '1 test' : `${updated.length} tests`} now.`,
    ...left.map((test) => `The baseline of ${test} stays as it was: the test has no results.`),
    ...forgotten.map((test) => `The baseline has forgotten ${test}, which the settings do not define any more.`),
  ];
}

function profiles({ tests }: RunReport): string[] {
  return tests.flatMap((test) =>
    isPlanned(test) ? describeProfile(test).map((line) => `profile: ${test.name}: ${line}`) : [],
  );
}

/**
 * Runs a shard, and says what to do with it. Returns the exit code: 0 where all its images were attacked, whatever they came
 * to, 2 where some could not be.
 */
export async function runShardOf(
  workspace: string,
  {
    shard: text,
    test,
    ...options
  }: { shard: string; test?: string[]; output?: string; durations?: string; strict?: boolean },
): Promise<number> {
  const bar = new ProgressBar();
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort(new UserError('Interrupted. Run the same command again to continue.')));
  const { shard: ran, folder } = await shard({
    ...options,
    workspace,
    names: test,
    shard: shardOf(text),
    signal: interrupt.signal,
    onProgress: (progress) => bar.show(progress),
    onNote: notesBeside(bar),
  }).finally(() => bar.clear());
  const { number, of, tests } = ran;
  const errored = tests.filter(({ state }) => state === 'errored');
  for (const { id, message = '' } of errored) console.error(printable(`! errored: ${id}: ${message}`));
  console.log(
    printable(`Shard ${number} of ${of} is finished: ${folder}. When all are, perturb merge gives the verdicts.`),
  );
  return errored.length > 0 ? 2 : 0;
}

/** 0 if all tests passed, 1 if any failed, 2 if any could not be evaluated. */
export function exitCode({ tests }: RunReport): number {
  if (tests.some(({ status }) => status === 'errored')) return 2;
  return tests.some(({ status }) => status === 'failed') ? 1 : 0;
}

async function withExamples(report: RunReport, folder: string) {
  const examples = await readExamples(folder);
  const tests = report.tests.map((test) => ({
    ...test,
    examples: examples.filter((example) => example.test === test.id),
  }));
  return { ...report, folder, tests };
}
