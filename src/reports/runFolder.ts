import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writeError } from '../data/fileErrors.ts';
import { UserError } from '../userError.ts';
import type { ExampleReport, RunReport } from './report.ts';

/** A line for each finished example. */
export const examplesFile = 'examples.jsonl';
/** The summary. */
export const reportFile = 'report.json';
/** What the finished tests were run from, so that a run can be resumed. */
export const fingerprintsFile = 'fingerprints.json';
/** Originals and adversarial images. */
export const imagesFolder = 'images';
/** Pictures for people. */
export const picturesFolder = 'pictures';

/** The folder for a new run of a workspace: named by the time, ignored by git. */
export async function createRunFolder(workspaceFolder: string, now: Date): Promise<string> {
  const home = path.join(workspaceFolder, '.perturb');
  const folder = path.join(home, 'runs', now.toISOString().replaceAll(':', '-'));
  await prepareRunFolder(folder);
  await writing(path.join(home, '.gitignore'), (file) => writeFile(file, '*\n'));
  return folder;
}

/**
 * Prepares a folder for a run: creates it, or removes the results of an earlier run.
 * @throws UserError when it cannot be written to, or contains files of the same names that are not from a run.
 */
export async function prepareRunFolder(folder: string): Promise<void> {
  await writing(folder, () => mkdir(folder, { recursive: true }));
  const names = await writing(folder, () => readdir(folder));
  // A run begins by writing the examples file; without it, the images are someone else's.
  const foreign = [imagesFolder, picturesFolder, reportFile].find((name) => names.includes(name));
  if (foreign !== undefined && !names.includes(examplesFile)) {
    throw new UserError(
      `${path.join(folder, foreign)} was not created by Perturb, and a run would overwrite it. Choose another folder.`,
    );
  }
  for (const name of [imagesFolder, picturesFolder, reportFile, fingerprintsFile]) {
    await writing(path.join(folder, name), (file) => rm(file, { recursive: true, force: true }));
  }
  await writing(path.join(folder, examplesFile), (file) => writeFile(file, ''));
}

/** Writes the summary of a run. */
export async function writeReport(folder: string, report: RunReport): Promise<void> {
  await replaceFile(path.join(folder, reportFile), `${JSON.stringify(report, null, 2)}\n`);
}

/** Writes a file in one go, so that a reader never sees half of it, and a full disk leaves what was there. */
export async function replaceFile(file: string, text: string): Promise<void> {
  await writing(file, async () => {
    await writeFile(`${file}.new`, text);
    await rename(`${file}.new`, file);
  });
}

/** The summary of a run; infinite distances, which JSON cannot represent, are restored. */
export async function readReport(folder: string): Promise<RunReport> {
  return JSON.parse(await readFile(path.join(folder, reportFile), 'utf8'), (key, value) =>
    value === null && distanceKeys.has(key) ? Infinity : value,
  ) as RunReport;
}

const distanceKeys = new Set(['medianDistance', 'meanDistance', 'measured']);

/** Every finished example of a run; a truncated last line is ignored. */
export async function readExamples(folder: string): Promise<ExampleReport[]> {
  const lines = (await readFile(path.join(folder, examplesFile), 'utf8')).split('\n');
  return lines.slice(0, -1).map((line) => JSON.parse(line) as ExampleReport);
}

/** Removes a last line left incomplete by a crash or a full disk, so that more lines can be appended. */
export async function dropUnfinishedLine(folder: string): Promise<void> {
  const file = path.join(folder, examplesFile);
  const bytes = await readFile(file).catch(() => Buffer.alloc(0));
  const end = bytes.lastIndexOf('\n') + 1;
  if (end < bytes.length) await writing(file, () => truncate(file, end));
}

/** Performs a file operation and turns file system errors into messages for the user. */
export async function writing<T>(file: string, write: (file: string) => Promise<T>): Promise<T> {
  return write(file).catch((error: unknown) => {
    throw writeError(file, error);
  });
}

/** A name as a file or folder name: letters, digits, and dashes, with a hash where two names could collide. */
export function slug(name: string): string {
  const plain = name.replaceAll(/[^\p{L}\p{N}]+/gu, '-').replaceAll(/^-|-$/g, '');
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 6);
  return `${plain.slice(0, 60)}-${hash}`;
}
