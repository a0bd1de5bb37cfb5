import { createReadStream } from 'node:fs';
import { type FileHandle, open, truncate } from 'node:fs/promises';
import path from 'node:path';
import { replaceFile } from '../data/replaceFile.ts';
import { contentCheck } from './contentCheck.ts';
import type { ExampleReport } from './report.ts';
import { examplesFile, writing } from './runFolder.ts';
import { exampleSchema } from './schema.ts';

/** The examples of a run as they are written: each reading gives those that were finished since the one before. */
export class ExampleTail {
  readonly #file: string;
  /** How far the file was read, in bytes and lines. */
  #end = 0;
  #count = 0;

  /** @param folder the run folder. */
  constructor(folder: string) {
    this.#file = path.join(folder, examplesFile);
  }

  /**
   * One at a time: a run may have more lines than fit into a string. A truncated last line is left for the next reading.
   * @throws UserError naming a line that is damaged; an error of the file system when the file cannot be read.
   */
  async *read(): AsyncGenerator<ExampleReport> {
    for await (const { lines, end } of wholeLines(this.#file, this.#end)) {
      this.#end = end;
      for (const line of lines) yield checkExample(line, `${this.#file}, line ${++this.#count},`) as ExampleReport;
    }
  }
}

/** The finished examples of a run, one at a time. A truncated last line is ignored. @throws as `ExampleTail` does. */
export function eachExample(folder: string): AsyncGenerator<ExampleReport> {
  return new ExampleTail(folder).read();
}

/** The whole lines of a file from a place on, in portions, each with the place in bytes where the next one begins. */
async function* wholeLines(file: string, start: number): AsyncGenerator<{ lines: readonly string[]; end: number }> {
  let rest = Buffer.alloc(0);
  let end = start;
  for await (const chunk of createReadStream(file, { start })) {
    const bytes = Buffer.concat([rest, chunk as Buffer]);
    const length = bytes.lastIndexOf('\n') + 1;
    rest = bytes.subarray(length);
    end += length;
    if (length > 0) yield { lines: bytes.toString('utf8', 0, length - 1).split('\n'), end };
  }
}

const checkExample = contentCheck(exampleSchema);

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
