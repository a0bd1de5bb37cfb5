import path from 'node:path';
import { type Addition, addCounterexamples } from '../corpus/counterexample.ts';
import type { Callable, CallOptions } from '../engine/client.ts';
import type { TestPlan } from '../evaluation/plan.ts';
import type { KeepProgress } from '../jobs/keepCounterexamples.ts';
import { isPlanned, type RunReport, type TestReport } from '../reports/report.ts';
import { readReport } from '../reports/runFolder.ts';
import { UserError } from '../userError.ts';

/** Which examples of a run to keep, and where. */
export interface KeepFrom {
  readonly engine: Callable;
  /** The run folder. */
  readonly run: string;
  /** Names or ids of tests; all that have examples to keep if missing. */
  readonly tests?: readonly string[] | undefined;
  /** Identities of examples; all that fooled the model if missing. */
  readonly identities?: readonly string[];
  /** The folder to keep them in; that of the settings if missing. */
  readonly into?: string | undefined;
  /** The test with this id, as the settings define it today. */
  planOf(id: string): TestPlan | undefined;
}

/** What was kept of a test. */
export interface KeptOfTest extends Addition {
  readonly test: string;
  readonly folder: string;
  /** What could not be kept, or not shrunk, and why. */
  readonly notes: readonly string[];
}

/**
 * Keeps the images that fooled the models of a run, without running its tests again, so that later runs try them first.
 * @throws UserError when the folder has no run in it, a test is not in it or not in the settings any more, there is nothing
 * to keep, or as the job `keepCounterexamples` does; the signal's reason when it aborts.
 */
export async function keepFrom(
  { engine, run, tests, identities, into, planOf }: KeepFrom,
  options: CallOptions<KeepProgress> = {},
): Promise<KeptOfTest[]> {
  const kept: KeptOfTest[] = [];
  for (const { id } of wanted(await reportOf(run), run, tests)) {
    const plan = planOf(id);
    if (plan === undefined) {
      throw new UserError(`The settings no longer define the test "${id}" of this run, so nothing of it can be kept.`);
    }
    const folder = path.resolve(into ?? (plan.robustness as string));
    const request = { plan, run: path.resolve(run), folder, ...(identities && { identities }) };
    const { counterexamples, notes } = await engine.call('keepCounterexamples', request, options);
    kept.push({ test: id, folder, notes, ...(await addCounterexamples(folder, counterexamples)) });
  }
  return kept;
}

/** The summary of a run. @throws UserError when there is none. */
export async function reportOf(run: string): Promise<RunReport> {
  return readReport(run).catch((error) => {
    if (error instanceof UserError) throw error;
    throw new UserError(`${run} has no results of a run in it. Name the folder that a run ended with: "Results: …".`);
  });
}

function wanted({ tests }: RunReport, run: string, names: readonly string[] | undefined): TestReport[] {
  const planned = tests.filter(isPlanned);
  const unknown = names?.filter((name) => !planned.some(({ id, name: own }) => name === own || name === id)) ?? [];
  if (unknown.length > 0) {
    const known = [...new Set(planned.map(({ name }) => name))].join(', ');
    throw new UserError(`The run has no test named ${unknown.join(', ')}. Its tests are: ${known}.`);
  }
  const named = names ? planned.filter(({ id, name }) => names.includes(name) || names.includes(id)) : planned;
  const fooled = named.filter(
    ({ attack, rounds }) => attack.kind === 'attack' && rounds.some(({ metrics }) => metrics.counts.fooled > 0),
  );
  if (fooled.length > 0) return fooled;
  throw new UserError(
    `${run}: no image of ${names?.join(', ') ?? 'the run'} fooled a model, so there is nothing to keep.`,
  );
}
