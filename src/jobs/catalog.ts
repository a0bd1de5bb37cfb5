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

/** Every job, by the name that it is called by. */
export const jobs = {
  checkPreprocessing,
  convert,
  describe,
  estimate,
  firstLook,
  keepCounterexamples,
  mapImageSpace,
  runTest,
  trainDefense,
  trainDetector,
  trainGenerator,
  trainSurrogate,
};

type Jobs = typeof jobs;
export type JobName = keyof Jobs;

/** What a job is asked, what it tells while it works, and what it comes to. */
export type RequestOf<Name extends JobName> = Jobs[Name] extends Job<infer Request, never, unknown> ? Request : never;
export type ProgressOf<Name extends JobName> = Parameters<Parameters<Jobs[Name]>[1]['onProgress']>[0];
export type ResultOf<Name extends JobName> = Awaited<ReturnType<Jobs[Name]>>;
