import { appendFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import Type from 'typebox';
import { replaceFile } from '../data/replaceFile.ts';
import type { FinishedImage } from '../evaluation/evaluate.ts';
import { contentCheck } from './contentCheck.ts';
import { finishedFile, writing } from './runFolder.ts';

/** What came of an image, and in which test. */
export interface FinishedLine extends FinishedImage {
  /** Id of the test. */
  readonly test: string;
}

const count = () => Type.Integer({ minimum: 0 });
const checkLine = contentCheck(
  Type.Object({
    test: Type.String(),
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

/** Appends what came of an image. @throws UserError when the folder cannot be written to. */
export async function appendFinished(folder: string, line: FinishedLine): Promise<void> {
  await writing(path.join(folder, finishedFile), (file) => appendFile(file, textOf(line)));
}

/**
 * What came of the images that a run has finished; an unfinished last line is ignored, and so is a file that is not there.
 * @throws UserError naming a line that is damaged.
 */
export async function readFinished(folder: string): Promise<FinishedLine[]> {
  const file = path.join(folder, finishedFile);
  const text = await readFile(file, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const whole = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return whole.slice(0, -1).map((line, i) => revive(checkLine(line, `${file}, line ${i + 1},`) as FinishedLine));
}

/** Replaces what came of the images. */
export async function writeFinished(folder: string, lines: readonly FinishedLine[]): Promise<void> {
  await replaceFile(path.join(folder, finishedFile), lines.map(textOf).join(''));
}

function textOf(line: FinishedLine): string {
  return `${JSON.stringify(line, (_, value) => (value instanceof Map ? [...value] : value))}\n`;
}

/** JSON has no maps, and writes `null` for an infinite distance. */
function revive(line: FinishedLine): FinishedLine {
  const results = line.results.map((turns) =>
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
  return { ...line, results };
}
