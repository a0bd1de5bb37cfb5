import { readdir } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { kinds } from '../attacks/kind.ts';
import { isPlanned, type TestReport, type UnplannedReport } from '../reports/report.ts';

/** The result of a test, and the run folder that has its examples. */
export interface Result {
  readonly folder: string;
  readonly report: TestReport | UnplannedReport;
}

/** Number of run folders searched for the last result of each test. */
const runsLookedAt = 20;

/** The last result of each test, by its id. */
export class Results {
  readonly #last = new Map<string, Result>();

  get(test: string): Result | undefined {
    return this.#last.get(test);
  }

  /** The last result of every test that has one. */
  all(): Result[] {
    return [...this.#last.values()];
  }

  set(result: Result): void {
    // The walkthrough's step is done.
    if (this.#last.size === 0) void vscode.commands.executeCommand('setContext', 'perturb.hasResults', true);
    this.#last.set(result.report.id, result);
  }

  /**
   * Finds the newest result of each test among the runs that a workspace folder keeps. An attack of which nothing was expected
   * is not the result of a test, even if it was given the name of one later.
   */
  async load(workspaceFolder: string): Promise<void> {
    const runs = path.join(workspaceFolder, '.perturb', 'runs');
    const names = (await readdir(runs).catch(() => [])).sort().slice(-runsLookedAt);
    if (names.length === 0) return;
    const { readReport } = await import('../reports/runFolder.ts');
    for (const name of names) {
      const folder = path.join(runs, name);
      // A run that was killed before its first test finished has no report.
      const run = await readReport(folder).catch(() => undefined);
      for (const report of run?.tests ?? []) if (isExpected(report)) this.set({ folder, report });
    }
  }
}

function isExpected(report: TestReport | UnplannedReport): boolean {
  if (!isPlanned(report)) return true;
  return Object.keys(report.expect).length > 0 || !kinds[report.attack.kind].isMeasured;
}
