import path from 'node:path';
import type { Progress } from '../engine/protocol.ts';
import { describeEstimate } from '../evaluation/estimate.ts';
import { isPlanned, type RunReport, type TestReport, type UnplannedReport } from '../reports/report.ts';
import { createRunFolder, prepareRunFolder, writeReport } from '../reports/runFolder.ts';
import { resolvePlans } from '../settings/plans.ts';
import { formatProblem, type Problem } from '../settings/problem.ts';
import { readWorkspace } from '../settings/readSettings.ts';
import { UserError } from '../userError.ts';
import { startEngine } from './engine.ts';

/** What to run of a workspace, and where to. */
export interface WorkspaceRun {
  /** A folder or a `.code-workspace` file. */
  readonly workspace: string;
  /** Names of tests; all where it is missing. */
  readonly names?: readonly string[];
  /** The run folder; a new one in the workspace where it is missing. */
  readonly output?: string;
  readonly signal?: AbortSignal;
  onProgress?(progress: Progress): void;
  /** Called before a test that may take long, with a line that says how long; without it nothing is estimated. */
  onEstimate?(line: string): void;
}

/** The results of a run, and the folder that holds them. */
export interface FinishedRun {
  readonly report: RunReport;
  readonly folder: string;
  /** Mistakes in the settings that belong to no test. */
  readonly problems: readonly Problem[];
}

/**
 * Runs the tests of a workspace one after the other. The summary is written after each, so an interrupted run keeps what
 * it has.
 * @throws UserError when there is nothing to run, or nowhere to write, or when the run was interrupted.
 */
export async function runWorkspace(run: WorkspaceRun): Promise<FinishedRun> {
  const workspace = path.resolve(run.workspace);
  const { plans, problems } = resolvePlans(await readWorkspace(workspace));
  const impossible = unplanned(problems);
  const wanted = selection(
    run.names,
    [...plans, ...impossible].map(({ name }) => name),
  );
  const chosen = plans.filter(({ name }) => wanted(name));
  const general = problems.filter(({ test }) => test === undefined);
  const tests: (TestReport | UnplannedReport)[] = impossible.filter(({ name }) => wanted(name));
  if (chosen.length + tests.length === 0) {
    const reasons = general.map(formatProblem).join('\n');
    throw new UserError(reasons || `${workspace}: the settings define no tests. Add some under "perturb.tests".`);
  }
  const started = new Date();
  const home = workspace.endsWith('.code-workspace') ? path.dirname(workspace) : workspace;
  const folder = run.output === undefined ? await createRunFolder(home, started) : path.resolve(run.output);
  if (run.output !== undefined) await prepareRunFolder(folder);
  const summary = () =>
    ({ format: 'perturb-report', version: 1, workspace, started: started.toISOString(), tests }) as const;
  const engine = startEngine();
  try {
    for (const plan of chosen) {
      if (run.onEstimate) {
        const line = describeEstimate(plan, await engine.estimate(plan, run.signal));
        if (line !== undefined) run.onEstimate(line);
      }
      tests.push(await engine.runTest(plan, folder, run.onProgress ?? (() => {}), run.signal));
      await writeReport(folder, summary());
    }
  } catch (error) {
    if (!run.signal?.aborted) throw error;
    await writeReport(folder, summary());
    const finished = tests.filter(isPlanned).length;
    throw new UserError(`Interrupted after ${finished} of ${chosen.length} tests. The results so far: ${folder}`);
  } finally {
    engine.dispose();
  }
  await writeReport(folder, summary());
  return { report: summary(), folder, problems: general };
}

/** Which tests are wanted, by name. */
function selection(names: readonly string[] | undefined, known: readonly string[]): (name: string) => boolean {
  if (names === undefined) return () => true;
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new UserError(
      `There is no test named ${unknown.join(', ')}. The tests are: ${[...new Set(known)].join(', ')}.`,
    );
  }
  return (name) => names.includes(name);
}

/** A report for each test that the settings keep from running. */
function unplanned(problems: readonly Problem[]): UnplannedReport[] {
  const ids = new Set(problems.flatMap(({ test }) => test ?? []));
  return [...ids].map((id) => {
    const own = problems.filter(({ test }) => test === id);
    const { file, line, testName = id } = own[0] as Problem;
    return {
      id,
      name: testName,
      status: 'errored',
      message: own.map(formatProblem).join('\n'),
      origin: { file, line },
    };
  });
}
