import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type ExampleReport, isPlanned, type RunReport, type TestReport } from '../../src/reports/report.ts';

/** The summary of a run, as it stands in its folder. */
export async function readReport(folder: string): Promise<RunReport> {
  return JSON.parse(await readFile(path.join(folder, 'report.json'), 'utf8')) as RunReport;
}

/** Every line of a run's examples; each must be whole. */
export async function readLines(folder: string): Promise<ExampleReport[]> {
  const text = await readFile(path.join(folder, 'examples.jsonl'), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ExampleReport);
}

/** The report of a test that got as far as the engine. */
export function planned({ tests }: RunReport, name: string): TestReport {
  const found = tests.find((test) => test.name === name);
  if (found === undefined || !isPlanned(found)) throw new Error(`no report of ${name}: ${JSON.stringify(found)}`);
  return found;
}

/** A report without what time and place make of it, as text. */
export function withoutTimes({ started: _, ...report }: RunReport): string {
  return JSON.stringify(report, (key, value) => (key === 'time' || key === 'profile' ? undefined : value), 2);
}
