import { checkPreprocessing } from './checkPreprocessing.ts';
import { convert } from './convert.ts';
import { describe } from './describe.ts';
import { estimate } from './estimate.ts';
import { firstLook } from './firstLook.ts';
import type { Job } from './job.ts';
import { keepCounterexamples } from './keepCounterexamples.ts';
import { mapImageSpace } from './mapImageSpace.ts';
import { runTest } from './runTest.ts';
import { trainDefense } from './trainDefense.ts';
import { trainDetector } from './trainDetector.ts';
import { trainGenerator } from './trainGenerator.ts';
import { trainSurrogate } from './trainSurrogate.ts';
import { type ModelRequest, withStatedResizing } from './withStatedResizing.ts';

/** The job, with images prepared as files next to the model say. */
function prepared<Request extends ModelRequest, Progress, Result>(
  job: Job<Request, Progress, Result>,
): Job<Request, Progress, Result> {
  return async (request, context) => job(await withStatedResizing(request), context);
}

/** Every job, by the name that it is called by. */
export const jobs = {
  checkPreprocessing: prepared(checkPreprocessing),
  convert,
  describe,
  estimate,
  firstLook: prepared(firstLook),
  keepCounterexamples: prepared(keepCounterexamples),
  mapImageSpace: prepared(mapImageSpace),
  runTest: prepared(runTest),
  trainDefense: prepared(trainDefense),
  trainDetector: prepared(trainDetector),
  trainGenerator: prepared(trainGenerator),
  trainSurrogate: prepared(trainSurrogate),
};

type Jobs = typeof jobs;
export type JobName = keyof Jobs;

/** What a job is asked, what it tells while it works, and what it comes to. */
export type RequestOf<Name extends JobName> = Jobs[Name] extends Job<infer Request, never, unknown> ? Request : never;
export type ProgressOf<Name extends JobName> = Parameters<Parameters<Jobs[Name]>[1]['onProgress']>[0];
export type ResultOf<Name extends JobName> = Awaited<ReturnType<Jobs[Name]>>;
