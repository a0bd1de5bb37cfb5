import type { Callable, CallOptions } from '../engine/client.ts';
import { EngineExit } from '../engine/exit.ts';
import type { Estimate } from '../evaluation/estimate.ts';
import type { TestPlan } from '../evaluation/plan.ts';
import type { TestProgress, TestRequest } from '../jobs/runTest.ts';
import { eachExample } from '../reports/examples.ts';
import type { TestReport } from '../reports/report.ts';
import { unstartedReport } from '../reports/unstartedReport.ts';
import { describeError } from '../userError.ts';

/**
 * Runs one test into a run folder. Where the engine is missing or exits, the test is errored, and what it finished stays
 * in the folder.
 * @throws the signal's reason when that aborts, and nothing else.
 */
export async function runPlan(
  engine: Callable,
  plan: TestPlan,
  folder: string,
  options: CallOptions<TestProgress> = {},
  part?: TestRequest['part'],
): Promise<TestReport> {
  try {
    return await engine.call('runTest', { plan, folder, ...(part && { part }) }, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    const message = error instanceof EngineExit ? await describeExit(error, plan, folder) : describeError(error);
    return { ...unstartedReport(plan, engine.location), message };
  }
}

async function describeExit({ event }: EngineExit, { id }: TestPlan, folder: string): Promise<string> {
  const finished = await countExamples(folder, id).catch(() => 0);
  return `${event} ${finished} finished examples are kept in ${folder}. Run the test again; if it happens each time, there may be too little memory.`;
}

async function countExamples(folder: string, id: string): Promise<number> {
  let count = 0;
  for await (const { test } of eachExample(folder)) if (test === id) count++;
  return count;
}

/**
 * How long a test may take; `undefined` where that cannot be said, for reasons that running the test will give.
 * @throws the signal's reason when that aborts, and nothing else.
 */
export async function estimatePlan(
  engine: Callable,
  plan: TestPlan,
  signal?: AbortSignal,
): Promise<Estimate | undefined> {
  try {
    return await engine.call('estimate', plan, { signal });
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}
