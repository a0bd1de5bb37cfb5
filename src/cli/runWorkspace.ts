import path from 'node:path';
import { claimFolder, isOurs } from '../data/ownFolder.ts';
import { canBeAudited, type TestPlan } from '../evaluation/plan.ts';
import type { TestProgress } from '../jobs/runTest.ts';
import { lockFolder } from '../reports/lock.ts';
import { isPlanned, type RunReport, type TestReport, type UnplannedReport } from '../reports/report.ts';
import { createRunFolder, prepareRunFolder, runFolder } from '../reports/runFolder.ts';
import { describeOrphans } from '../run/orphans.ts';
import { nothingToResume, resumeRun } from '../run/resume.ts';
import { run } from '../run/run.ts';
import { unplannedReports } from '../run/unplanned.ts';
import { type BaselineUpdate, updateBaseline } from '../run/updateBaseline.ts';
import { resolvePlans } from '../settings/plans.ts';
import { formatProblem, type Problem } from '../settings/problem.ts';
import { readWorkspace } from '../settings/readSettings.ts';
import { workspaceFolderOf } from '../settings/workspaceFolder.ts';
import { UserError } from '../userError.ts';
import { startEngine } from './engine.ts';
import { version } from './version.ts';

/** What to run of a workspace, and where to. */
export interface WorkspaceRun {
  /** A folder or a `.code-workspace` file. */
  readonly workspace: string;
  /** Names of tests; all where it is missing. */
  readonly names?: readonly string[] | undefined;
  /** The run folder; a new one in the workspace where it is missing. */
  readonly output?: string | undefined;
  /** The folder of a run that was interrupted, to go on with. */
  readonly resume?: string | undefined;
  /** The folder with known counterexamples and the baseline; that of the settings where it is missing. */
  readonly robustness?: string | undefined;
  /** Make the results the baseline. */
  readonly updateBaseline?: boolean | undefined;
  /** Take every finding of the audit for a failure, whatever the settings say. */
  readonly strict?: boolean | undefined;
  readonly signal?: AbortSignal;
  onProgress?(progress: TestProgress): void;
  /** Called with a line for each test that goes on where it was interrupted, or that begins anew, and why. */
  onNote?(line: string): void;
  /** Called before a test that may take long, with a line that says how long; without it nothing is estimated. */
  onEstimate?(line: string): void;
}

/** The results of a run, and the folder that holds them. */
export interface FinishedRun {
  readonly report: RunReport;
  readonly folder: string;
  /** Mistakes in the settings that belong to no test. */
  readonly problems: readonly Problem[];
  /** What became of the baselines, if the results were to be that. */
  readonly baselines: readonly BaselineUpdate[];
  /** Known counterexamples that no test tries (see `describeOrphans`). */
  readonly orphans: readonly string[];
}

/**
 * Runs the tests of a workspace.
 * @throws UserError when there is nothing to run, nothing to resume, or nowhere to write, or when the run was interrupted.
 */
export async function runWorkspace({
  names,
  output,
  resume,
  robustness,
  updateBaseline: isBaseline,
  strict,
  signal,
  ...request
}: WorkspaceRun): Promise<FinishedRun> {
  const workspace = path.resolve(request.workspace);
  const tests = await chooseTests(workspace, { names, robustness, strict });
  const { plans, asked, unplanned, general, defined } = tests;
  const folder = await folderFor(workspace, output, resume);
  const unlock = await lockFolder(folder);
  const engine = startEngine();
  let done = 0;
  let chosen = asked;
  const onFinished = (report: TestReport | UnplannedReport) => {
    if (isPlanned(report)) done++;
  };
  try {
    if (output !== undefined && resume === undefined) await prepareRunFolder(folder);
    const finished = resume === undefined ? undefined : await resumeRun(folder, plans, version, isBaseline);
    for (const line of finished?.notes ?? []) request.onNote?.(line);
    done = finished?.reports.size ?? 0;
    // What was finished stays, even where this command does not ask for it.
    chosen = plans.filter((plan) => asked.includes(plan) || finished?.reports.has(plan.id));
    const common = { engine, workspace, version, folder, plans: chosen, unplanned, finished, signal, isBaseline };
    const report = await run({ ...common, ...request, onFinished });
    const orphans = await describeOrphans(plans, defined);
    const baselines = isBaseline ? await baselinesOf(report, folder, plans, defined) : [];
    return { report, folder, problems: general, baselines, orphans };
  } catch (error) {
    if (!signal?.aborted) throw error;
    throw new UserError(
      `Interrupted after ${done} of ${chosen.length} tests. The results so far are in ${folder}; --resume with that folder goes on from there.`,
    );
  } finally {
    engine.dispose();
    await unlock();
  }
}

/** Makes the results of a run the baseline: one beside each of the settings that define its tests. */
async function baselinesOf(
  { tests }: RunReport,
  folder: string,
  plans: readonly TestPlan[],
  defined: readonly string[],
): Promise<BaselineUpdate[]> {
  const places = [...new Set(plans.flatMap(({ robustness }) => robustness ?? []))];
  const updates: BaselineUpdate[] = [];
  for (const robustness of places) {
    const ids = new Set(plans.filter((plan) => plan.robustness === robustness).map(({ id }) => id));
    const measured = tests.filter(isPlanned).filter(({ id }) => ids.has(id));
    const own = measured.map((report) => ({ report, folder }));
    if (own.length > 0) updates.push(await updateBaseline(robustness, own, defined));
  }
  return updates;
}

/** The tests of a workspace, as a command takes them. */
export interface ChosenTests {
  readonly plans: readonly TestPlan[];
  /** Those of the plans that the command asks for, and those asked for that the settings keep from running. */
  readonly asked: readonly TestPlan[];
  readonly unplanned: readonly UnplannedReport[];
  /** Mistakes in the settings that belong to no test. */
  readonly general: readonly Problem[];
  /** Ids of all tests that the settings define, in whatever state. */
  readonly defined: readonly string[];
}

/** @throws UserError when there are no tests, or none of these names. */
export async function chooseTests(
  workspace: string,
  { names, robustness, strict }: Pick<WorkspaceRun, 'names' | 'robustness' | 'strict'>,
): Promise<ChosenTests> {
  const resolution = resolvePlans(await readWorkspace(workspace));
  const { problems } = resolution;
  const plans = resolution.plans.map(
    (plan): TestPlan => ({
      ...plan,
      ...(strict && canBeAudited(plan) && { audit: 'strict' }),
      ...(robustness !== undefined && { robustness: path.resolve(robustness) }),
    }),
  );
  const impossible = unplannedReports(problems);
  const wanted = selection(
    names,
    [...plans, ...impossible].map(({ name }) => name),
  );
  const asked = plans.filter(({ name }) => wanted(name));
  const unplanned = impossible.filter(({ name }) => wanted(name));
  const general = problems.filter(({ test }) => test === undefined);
  if (asked.length + unplanned.length === 0) {
    const reasons = general.map(formatProblem).join('\n');
    throw new UserError(reasons || `${workspace}: the settings define no tests. Add some under "perturb.tests".`);
  }
  const defined = [...plans, ...impossible].map(({ id }) => id);
  return { plans, asked, unplanned, general, defined };
}

/** The run folder, known to be ours. */
async function folderFor(workspace: string, output: string | undefined, resume: string | undefined): Promise<string> {
  const given = resume ?? output;
  if (given === undefined) {
    return createRunFolder(workspaceFolderOf(workspace), new Date());
  }
  const folder = path.resolve(given);
  if (resume !== undefined && !(await isOurs(folder, runFolder))) throw nothingToResume(folder);
  await claimFolder(folder, runFolder);
  return folder;
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
