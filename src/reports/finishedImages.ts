import { appendFile, mkdir, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import Type from 'typebox';
import { replaceFile } from '../data/replaceFile.ts';
import type { FinishedImage } from '../evaluation/evaluate.ts';
import { contentCheck } from './contentCheck.ts';
import { slug } from './fileNames.ts';
import { finishedFolder, writing } from './runFolder.ts';

const count = () => Type.Integer({ minimum: 0 });
const checkLine = contentCheck(
  Type.Object({
    index: count(),
    sha256: Type.String(),
    results: Type.Array(
      Type.Array(
        Type.Object({
          summary: Type.Object({ index: count(), status: Type.String() }),
          attempt: Type.Object({ success: Type.Boolean(), nearest: Type.Array(Type.Array(Type.Unknown())) }),
        }),
      ),
    ),
  }),
);

/** Where it is kept what came of the images that a test has finished, a line each, until the test has a verdict. */
function finishedFile(folder: string, test: string): string {
  return path.join(folder, finishedFolder, `${slug(test)}.jsonl`);
}

/** Appends what came of an image. @throws UserError when the folder cannot be written to. */
export async function appendFinished(folder: string, test: string, image: FinishedImage): Promise<void> {
  await writing(finishedFile(folder, test), async (file) => {
    await mkdir(path.dirname(file), { recursive: true });
    await appendFile(file, textOf(image));
  });
}

/**
 * What came of the images that a test has finished; an unfinished last line is ignored, and so is a file that is not there.
 * @throws UserError naming a line that is damaged.
 */
export async function readFinished(folder: string, test: string): Promise<FinishedImage[]> {
  const file = finishedFile(folder, test);
  const text = await readFile(file, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const whole = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return whole.slice(0, -1).map((line, i) => revive(checkLine(line, `${file}, line ${i + 1},`) as FinishedImage));
}

/** Replaces what came of the images of a test. @throws UserError when the folder cannot be written to. */
export async function writeFinished(folder: string, test: string, images: readonly FinishedImage[]): Promise<void> {
  if (images.length === 0) return dropFinished(folder, test);
  await writing(path.join(folder, finishedFolder), (place) => mkdir(place, { recursive: true }));
  await replaceFile(finishedFile(folder, test), images.map(textOf).join(''));
}

/** Removes what came of the images of all tests but these. @throws UserError when it cannot be removed. */
export async function keepFinished(folder: string, tests: readonly string[]): Promise<void> {
  const kept = new Set(tests.map((test) => path.basename(finishedFile(folder, test))));
  for (const name of await readdir(path.join(folder, finishedFolder)).catch(() => [])) {
    if (kept.has(name)) continue;
    await writing(path.join(folder, finishedFolder, name), (file) => rm(file, { force: true }));
  }
}

/** Removes what came of the images of a test. @throws UserError when it cannot be removed. */
export async function dropFinished(folder: string, test: string): Promise<void> {
  await writing(finishedFile(folder, test), (file) => rm(file, { force: true }));
  // Other tests of the run may be in the middle of theirs.
  await rmdir(path.join(folder, finishedFolder)).catch(() => {});
}

function textOf(image: FinishedImage): string {
  return `${JSON.stringify(image, (_, value) => (value instanceof Map ? [...value] : value))}\n`;
}

/** JSON has no maps, and writes `null` for an infinite distance. */
function revive(image: FinishedImage): FinishedImage {
  const results = image.results.map((turns) =>
    turns.map(({ summary, attempt }) => {
      const nearest = [...(attempt.nearest as Iterable<[number, number | null]>)];
      return {
        summary,
        attempt: {
          ...attempt,
          distance: attempt.distance ?? Infinity,
          nearest: new Map(nearest.map(([queries, distance]) => [queries, distance ?? Infinity])),
        },
      };
    }),
  );
  return { ...image, results };
}
