import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writeError } from '../data/fileErrors.ts';
import { claimFolder, clearFolder, makeFolderWithin, type OwnFolder } from '../data/ownFolder.ts';
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

/** What is ours in a run folder. */
export const runFolder: OwnFolder = {
  holds: 'a run',
  contents: [examplesFile, reportFile, fingerprintsFile, imagesFolder, picturesFolder],
};

/**
 * The folder for a new run of a workspace, ignored by git. It is named by the time, or by a later one where the clock went
 * back or other runs began at the same moment: the order of the names is that of the runs.
 * @throws UserError when it cannot be written to, or leads out of the workspace.
 */
export async function createRunFolder(workspaceFolder: string, now: Date): Promise<string> {
  const runs = await makeFolderWithin(workspaceFolder, '.perturb', 'runs');
  const ignore = path.join(workspaceFolder, '.perturb', '.gitignore');
  await writing(ignore, (file) => writeFile(file, '*\n', { flag: 'wx' }).catch(unlessThere));
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

/** Writes a file in one go, so that a reader never sees half of it, and a full disk leaves what was there. */
export async function replaceFile(file: string, text: string | AsyncIterable<string>): Promise<void> {
  await writing(file, async () => {
    try {
      // Anew, not through a link that has the name.
      await rm(`${file}.new`, { force: true });
      await writeFile(`${file}.new`, text, { flag: 'wx' });
      await rename(`${file}.new`, file);
    } catch (error) {
      await rm(`${file}.new`, { force: true });
      throw error;
    }
  });
}

/** The summary of a run; infinite distances, which JSON cannot represent, are restored. */
export async function readReport(folder: string): Promise<RunReport> {
  return JSON.parse(await readFile(path.join(folder, reportFile), 'utf8'), (key, value) =>
    reviveDistance(key, value),
  ) as RunReport;
}

const distanceKeys = new Set(['medianDistance', 'meanDistance', 'measured', 'atBest', 'bound']);

function reviveDistance(key: string, value: unknown): unknown {
  if (!distanceKeys.has(key)) return value;
  // An interval of distances is a list.
  return Array.isArray(value) ? value.map((end) => end ?? Infinity) : (value ?? Infinity);
}

/**
 * The finished examples of a run, one at a time: a run may have more lines than fit into a string. A truncated last line
 * is ignored.
 */
export async function* eachExample(folder: string): AsyncGenerator<ExampleReport> {
  let rest = '';
  for await (const chunk of createReadStream(path.join(folder, examplesFile), 'utf8')) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line) as ExampleReport;
  }
}

/** Every finished example of a run; a truncated last line is ignored. */
export async function readExamples(folder: string): Promise<ExampleReport[]> {
  const examples: ExampleReport[] = [];
  for await (const example of eachExample(folder)) examples.push(example);
  return examples;
}

/** Keeps the examples of a run for which this is true, and drops the others. */
export async function filterExamples(folder: string, isKept: (example: ExampleReport) => boolean): Promise<void> {
  const file = path.join(folder, examplesFile);
  async function* lines() {
    for await (const example of eachExample(folder)) if (isKept(example)) yield `${JSON.stringify(example)}\n`;
  }
  await replaceFile(file, lines());
}

/** Removes a last line left incomplete by a crash or a full disk, so that more lines can be appended. */
export async function dropUnfinishedLine(folder: string): Promise<void> {
  const file = path.join(folder, examplesFile);
  const handle = await open(file).catch(() => undefined);
  if (handle === undefined) return;
  try {
    const { size } = await handle.stat();
    const end = await endOfLines(handle, size);
    if (end < size) await writing(file, () => truncate(file, end));
  } finally {
    await handle.close();
  }
}

/** Where the last whole line of a file ends; it is looked for from the end, as a run may have many. */
async function endOfLines(handle: FileHandle, size: number): Promise<number> {
  const part = Buffer.alloc(2 ** 16);
  for (let to = size; to > 0; ) {
    const from = Math.max(0, to - part.length);
    const { bytesRead } = await handle.read(part, 0, to - from, from);
    const at = part.subarray(0, bytesRead).lastIndexOf('\n');
    if (at >= 0) return from + at + 1;
    to = from;
  }
  return 0;
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
