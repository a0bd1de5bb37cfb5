import type { JobName } from '../jobs/catalog.ts';
import type { EngineLocation } from '../reports/report.ts';
import type { Computing } from './computing.ts';

/** What an engine is told before its first call. */
export interface Configuration {
  readonly location: EngineLocation;
  /** What it is to compute with; its environment says what is left out. */
  readonly computing: Computing;
}

/** What an engine does when it is asked. Every call has a number, which its progress and its cancellation name. */
export interface EngineFunctions {
  configure(configuration: Configuration): void;
  /** Does a job. Rejects with an error's message where it cannot be done, or when it was cancelled. */
  call(id: number, job: JobName, request: unknown): Promise<unknown>;
  /** Ends a call before its next batch. */
  cancel(id: number): void;
}

/** What an engine tells of its own accord. */
export interface ClientFunctions {
  progress(id: number, progress: unknown): void;
}

/** A message port: what `serve` and its client speak through. */
export interface Port {
  post(message: unknown): void;
  on(listener: (message: unknown) => void): void;
}
