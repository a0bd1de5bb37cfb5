import type { RunReport } from '../reports/report.ts';
import { html } from './html.ts';
import { junit } from './junit.ts';
import { sarif } from './sarif.ts';
import { stepSummary } from './stepSummary.ts';

/** What a report is made of. */
export interface ExportedRun {
  readonly report: RunReport;
  /** The run folder. */
  readonly folder: string;
  /** Version of Perturb. */
  readonly version: string;
  /** Folder of the built page. */
  readonly pageFolder: string;
}

/** The forms that a run can be reported in, by their names. */
export const exports = {
  junit: ({ report, folder }: ExportedRun) => junit(report, folder),
  sarif: ({ report, version }: ExportedRun) => sarif(report, version),
  html: ({ report, folder, pageFolder }: ExportedRun) => html(report, folder, pageFolder),
  summary: ({ report }: ExportedRun) => stepSummary(report),
} as const satisfies Record<string, (run: ExportedRun) => string | Promise<string>>;

export type ExportName = keyof typeof exports;
