import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { decodeNpy } from '../../../src/data/npy.ts';
import { readNpz } from '../../../src/data/npz.ts';
import { readFinished } from '../../../src/reports/finishedImages.ts';
import type { ExampleReport, RunReport } from '../../../src/reports/report.ts';

/** All files of a folder and of those in it, by their paths in it, in order; none where there is no folder. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return files.map((file) => path.relative(folder, file)).sort();
}

/** Names of files that take another one's place once they are whole, and of locks. */
const passing = /\.(new|partial|part)$|run\.lock/;

const parsers: Readonly<Record<string, (file: string) => Promise<unknown>>> = {
  '.json': async (file) => JSON.parse(await readFile(file, 'utf8')),
  '.png': (file) => sharp(file, { failOn: 'warning' }).raw().toBuffer(),
  '.npy': async (file) => decodeNpy(await readFile(file)),
  '.npz': (file) => readNpz(file),
  '.jsonl': async (file) => wholeLines(await readFile(file, 'utf8')).map((line) => JSON.parse(line)),
};

/** The files of a folder that are torn, with what their parser says. A last line without an end does not count. */
export async function tornFiles(folder: string): Promise<string[]> {
  const torn: string[] = [];
  for (const name of await filesIn(folder)) {
    if (passing.test(name)) continue;
    await parsers[path.extname(name)]?.(path.join(folder, name)).catch((error) => {
      torn.push(`${name} is torn: ${error instanceof Error ? error.message : error}`);
    });
  }
  return torn;
}

function wholeLines(text: string): string[] {
  return text.split('\n').slice(0, -1);
}

/** What a run folder holds, as far as it is whole. */
export interface RunContents {
  readonly report?: RunReport;
  readonly examples: readonly ExampleReport[];
}

/** Reads a run folder, whatever is missing in it. */
export async function readRunFolder(folder: string): Promise<RunContents> {
  const read = (name: string) => readFile(path.join(folder, name), 'utf8').catch(() => undefined);
  const [report, lines] = [await read('report.json'), await read('examples.jsonl')];
  return {
    ...(report !== undefined && { report: JSON.parse(report) as RunReport }),
    examples: wholeLines(lines ?? '').map((line) => JSON.parse(line) as ExampleReport),
  };
}

/** Keys of values that are others in each run. */
const volatile = new Set(['time', 'profile', 'started', 'date', 'seconds', 'workspace', 'sha256']);

/** JSON without what differs from one run to the next. */
export function lasting(value: unknown, folder: string): unknown {
  const text = JSON.stringify(value, (key, each) => (volatile.has(key) ? undefined : each)) ?? 'null';
  return JSON.parse(text.replaceAll(folder, 'FOLDER'));
}

/** When the adversarial images of what is finished were written, by their paths. */
export async function finishedPictures(output: string): Promise<Map<string, number>> {
  const { examples } = await readRunFolder(output);
  const times = new Map<string, number>();
  for (const id of new Set(examples.map(({ test }) => test))) {
    const finished = new Set((await readFinished(output, id)).map(({ index }) => index));
    for (const { test, index, adversarialImage } of examples) {
      if (test !== id || !finished.has(index) || adversarialImage === null) continue;
      times.set(adversarialImage, (await stat(path.join(output, adversarialImage))).mtimeMs);
    }
  }
  return times;
}

/** Finished images that were attacked again all the same. */
export async function attackedAgain(finished: ReadonlyMap<string, number>, output: string): Promise<string[]> {
  const faults: string[] = [];
  for (const [name, time] of finished) {
    const { mtimeMs } = await stat(path.join(output, name));
    if (mtimeMs !== time) faults.push(`${name} was finished, and attacked again`);
  }
  return faults;
}
