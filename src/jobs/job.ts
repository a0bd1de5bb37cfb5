import type { EngineLocation } from '../reports/report.ts';
import type { ModelCache } from './modelCache.ts';

/** What a job works with. */
export interface JobContext<Progress> {
  /** Aborts when the call is cancelled. */
  readonly signal: AbortSignal;
  /** The models of the engine. */
  readonly models: ModelCache;
  /** Where the engine runs. */
  readonly location: EngineLocation;
  /** Tells the caller how far the job is. */
  onProgress(progress: Progress): void;
}

/**
 * What an engine does when it is called. Request, progress and result are plain data, since they go from process to
 * process. It rejects where it cannot be done, and with the signal's reason when it was cancelled.
 */
export type Job<Request, Progress, Result> = (request: Request, context: JobContext<Progress>) => Promise<Result>;
