import type { JobName } from '../jobs/catalog.ts';
import type { EngineLocation } from '../reports/report.ts';
import type { Computing } from './computing.ts';

/** What an engine is told before its first call. */
export interface Configuration {
  readonly location: EngineLocation;
  /** What to compute with; its environment sets what is left out. */
  readonly computing: Computing;
}

/** What an engine does on request. Every call has a number, used in its progress and its cancellation. */
export interface EngineFunctions {
  configure(configuration: Configuration): void;
  /** Runs a job. Rejects with an error's message if it fails or was cancelled. */
  call(id: number, job: JobName, request: unknown): Promise<unknown>;
  /** Cancels a call before its next batch. */
  cancel(id: number): void;
}

/** What an engine reports without being asked. */
export interface ClientFunctions {
  progress(id: number, progress: unknown): void;
  /** A model is about to be opened, or was, whatever came of it. */
  opening(model: string | undefined): void;
  /** The value of a secret that settings name; `undefined` where there is none. */
  secret(name: string): Promise<string | undefined>;
}

/** A message port: how `serve` and its client communicate. */
export interface Port {
  post(message: unknown): void;
  on(listener: (message: unknown) => void): void;
}
