import path from 'node:path';
import * as vscode from 'vscode';
import { readError } from '../../data/fileErrors.ts';
import type { ViewLocation } from '../../page/protocol.ts';
import { readExamples } from '../../reports/examples.ts';
import { type ExampleReport, isPlanned, type TestReport } from '../../reports/report.ts';
import { readReport } from '../../reports/runFolder.ts';
import { UserError } from '../../userError.ts';

const { l10n } = vscode;

/** A test of a run folder, with its examples in the order of their file. */
export interface LoadedTest {
  readonly report: TestReport;
  readonly examples: readonly ExampleReport[];
  /** When the run began, as ISO 8601. */
  readonly started: string;
}

/**
 * Reads a test from a run folder.
 * @throws UserError if there is nothing to show.
 */
export async function loadTest({ folder, test }: ViewLocation): Promise<LoadedTest> {
  const run = await reading(path.join(folder, 'report.json'), () => readReport(folder));
  const report = run.tests.find(({ id }) => id === test);
  if (report === undefined) {
    throw new UserError(l10n.t('The run in {0} has no test “{1}”. Run the test again.', folder, test));
  }
  if (!isPlanned(report)) throw new UserError(report.message);
  const examples = await reading(path.join(folder, 'examples.jsonl'), () => readExamples(folder));
  return { report, started: run.started, examples: examples.filter((example) => example.test === test) };
}

async function reading<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw error instanceof UserError ? error : readError(file, error);
  }
}
