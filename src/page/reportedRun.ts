import type { UnplannedReport } from '../reports/report.ts';
import type { ShownTest } from './protocol.ts';

/** A run as a report in HTML holds it. */
export interface ReportedRun {
  readonly workspace: string;
  /** When it began, formatted for people. */
  readonly started: string;
  readonly tests: readonly ReportedTest[];
}

/** A test as it is shown, with the figure that decided it; or why it could not run. */
export type ReportedTest =
  | { readonly shown: ShownTest; readonly figure?: string }
  | { readonly unplanned: UnplannedReport };

/** The element that has the run: gzipped JSON in base64. */
export const runElement = 'run';
