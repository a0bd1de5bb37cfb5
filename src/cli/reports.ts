import { appendFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { InvalidArgumentError } from 'commander';
import { readError, writeError } from '../data/fileErrors.ts';
import { replaceFile } from '../data/replaceFile.ts';
import { type ExportName, exports } from '../exports/catalog.ts';
import type { RunReport } from '../reports/report.ts';
import { readReport } from '../reports/runFolder.ts';
import { UserError } from '../userError.ts';
import { version } from './version.ts';

/** A report to write, and where: a summary without a file goes where the build server wants it. */
export interface RequestedReport {
  readonly name: ExportName;
  readonly file?: string;
}

const names = Object.keys(exports) as ExportName[];

/** What --report takes: "junit=FILE,sarif=FILE,html=FILE,summary". @throws InvalidArgumentError */
export function parseReports(text: string, previous: readonly RequestedReport[] = []): RequestedReport[] {
  const requested = text.split(',').map((part): RequestedReport => {
    const [wanted = '', ...rest] = part.trim().split('=');
    const name = names.find((one) => one === wanted);
    const file = rest.join('=');
    if (name === undefined) {
      throw new InvalidArgumentError(`There is no report "${wanted}". The reports are ${names.join(', ')}.`);
    }
    if (file === '' && (name !== 'summary' || rest.length > 0)) {
      throw new InvalidArgumentError(`"${name}" needs a file: ${name}=FILE.`);
    }
    return file === '' ? { name } : { name, file };
  });
  return [...previous, ...requested];
}

/**
 * Writes the reports of a run.
 * @throws UserError naming a file that cannot be written.
 */
export async function writeReports(
  requested: readonly RequestedReport[],
  run: { readonly report: RunReport; readonly folder: string },
): Promise<void> {
  const pageFolder = fileURLToPath(new URL('../../dist', import.meta.url));
  for (const { name, file } of requested) {
    const text = await exports[name]({ ...run, version, pageFolder });
    if (file !== undefined) {
      const place = path.resolve(file);
      await mkdir(path.dirname(place), { recursive: true }).catch((error) => {
        throw writeError(place, error);
      });
      await replaceFile(place, text);
      continue;
    }
    // Other steps of the build may have said something there.
    const { GITHUB_STEP_SUMMARY: summary } = process.env;
    if (!summary) process.stdout.write(text);
    else {
      await appendFile(summary, text).catch((error) => {
        throw writeError(summary, error);
      });
    }
  }
}

/**
 * Writes reports of a run that was made before.
 * @throws UserError when there is none in the folder, or a file cannot be written.
 */
export async function report(run: string, { report: requested }: { report: RequestedReport[] }): Promise<void> {
  const folder = path.resolve(run);
  const stored = await readReport(folder).catch((error: unknown) => {
    if (error instanceof UserError) throw error;
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw readError(folder, error);
    throw new UserError(
      `${folder} has no report.json. Name the folder of a run, which perturb run prints at its end: .perturb/runs/… in the workspace.`,
    );
  });
  await writeReports(requested, { report: stored, folder });
}
