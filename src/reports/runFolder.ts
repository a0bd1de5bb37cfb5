import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createFile } from '../data/createFile.ts';
import { writeError } from '../data/fileErrors.ts';
import { claimFolder, clearFolder, makeFolderWithin, type OwnFolder } from '../data/ownFolder.ts';
import { replaceFile } from '../data/replaceFile.ts';
import { contentCheck } from './contentCheck.ts';
import { slug } from './fileNames.ts';
import type { RunReport } from './report.ts';
import { reportSchema } from './schema.ts';

/** A line for each finished example. */
export const examplesFile = 'examples.jsonl';
/** The summary. */
export const reportFile = 'report.json';
/** What its tests are run from, so that a run can be resumed. */
export const fingerprintsFile = 'fingerprints.json';
/** Answers of remote models, which a resumed run does not ask for again. */
export const answersFolder = 'answers';
/** Originals and adversarial images. */
export const imagesFolder = 'images';
/** Pictures for people. */
export const picturesFolder = 'pictures';

/** What came of the images that an interrupted test or a shard has finished: what figures are made of. */
export const finishedFolder = 'finished';
/** What a shard is a part of. */
export const shardFile = 'shard.json';

/** What is ours in a run folder. */
export const runFolder: OwnFolder = {
  holds: 'a run',
  contents: [
    examplesFile,
    reportFile,
    fingerprintsFile,
    shardFile,
    finishedFolder,
    answersFolder,
    imagesFolder,
    picturesFolder,
  ],
};

/**
 * The folder for a new run of a workspace, ignored by git. It is named by the time, or by a later one where the clock went
 * back or other runs began at the same moment: the order of the names is that of the runs.
 * @throws UserError when it cannot be written to, or leads out of the workspace.
 */
export async function createRunFolder(workspaceFolder: string, now: Date): Promise<string> {
  const runs = await makeIgnoredFolder(workspaceFolder, 'runs');
  const last = Math.max(...(await readdir(runs)).map(timeOf), 0);
  for (let time = Math.max(now.getTime(), last + 1); ; time++) {
    const folder = path.join(runs, nameOf(time));
    // Exclusive: of two runs that begin at once each has its own.
    const isNew = await writing(folder, () => mkdir(folder).then(() => true, unlessThere));
    if (!isNew) continue;
    await prepareRunFolder(folder);
    return folder;
  }
}

/**
 * A folder of ours in a workspace, below `.perturb`, which git ignores.
 * @throws UserError when it cannot be written to, or leads out of the workspace.
 */
export async function makeIgnoredFolder(workspaceFolder: string, ...names: readonly string[]): Promise<string> {
  const folder = await makeFolderWithin(workspaceFolder, '.perturb', ...names);
  await createFile(path.join(workspaceFolder, '.perturb', '.gitignore'), '*\n');
  return folder;
}

function nameOf(time: number): string {
  return new Date(time).toISOString().replaceAll(':', '-');
}

/** When a run began, by the name of its folder; 0 for other names. */
function timeOf(name: string): number {
  const [day, clock = ''] = name.split('T');
  return Date.parse(`${day}T${clock.replaceAll('-', ':')}`) || 0;
}

function unlessThere(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'EEXIST') throw error;
}

/**
 * Prepares a folder for a run: creates it, or removes the results of an earlier run.
 * @throws UserError when it cannot be written to, or contains what is not from a run.
 */
export async function prepareRunFolder(folder: string): Promise<void> {
  await claimFolder(folder, runFolder);
  await clearFolder(folder, runFolder);
  await writing(path.join(folder, examplesFile), (file) => writeFile(file, ''));
}

/** Writes the summary of a run. */
export async function writeReport(folder: string, report: RunReport): Promise<void> {
  await replaceFile(path.join(folder, reportFile), `${JSON.stringify(report, null, 2)}\n`);
}

/**
 * The summary of a run; infinite distances, which JSON cannot represent, are restored.
 * @throws UserError when it is damaged; an error of the file system when it cannot be read.
 */
export async function readReport(folder: string): Promise<RunReport> {
  const file = path.join(folder, reportFile);
  const text = await readFile(file, 'utf8');
  checkReport(text, file);
  return JSON.parse(text, reviveDistance) as RunReport;
}

const checkReport = contentCheck(reportSchema);

const distanceKeys = new Set(['medianDistance', 'meanDistance', 'measured', 'atBest', 'bound']);

function reviveDistance(key: string, value: unknown): unknown {
  if (!distanceKeys.has(key)) return value;
  // An interval of distances is a list.
  return Array.isArray(value) ? value.map((end) => end ?? Infinity) : (value ?? Infinity);
}

/** Performs a file operation and turns file system errors into messages for the user. */
export async function writing<T>(file: string, write: (file: string) => Promise<T>): Promise<T> {
  return write(file).catch((error: unknown) => {
    throw writeError(file, error);
  });
}

/** Where the answers of a test's remote model are kept while it runs. */
export function answersFile(folder: string, test: string): string {
  return path.join(folder, answersFolder, `${slug(test)}.bin`);
}

/** Removes the answers that were kept for a test, which has no use for them once it has a verdict. */
export async function dropAnswers(folder: string, test: string): Promise<void> {
  await rm(answersFile(folder, test), { force: true });
}
