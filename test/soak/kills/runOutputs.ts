import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { readFinished } from '../../../src/reports/finishedImages.ts';
import type { ExampleReport, RunReport } from '../../../src/reports/report.ts';
import type { Lost } from './command.ts';
import { filesIn, wholeLines } from './outputs.ts';

/** What a run folder holds, as far as it is whole. */
interface RunContents {
  readonly report?: RunReport;
  readonly examples: readonly ExampleReport[];
}

/** Reads a run folder, whatever is missing in it. */
async function readRunFolder(folder: string): Promise<RunContents> {
  const read = (name: string) => readFile(path.join(folder, name), 'utf8').catch(() => undefined);
  const [report, lines] = [await read('report.json'), await read('examples.jsonl')];
  return {
    ...(report !== undefined && { report: JSON.parse(report) as RunReport }),
    examples: wholeLines(lines ?? '').map((line) => JSON.parse(line) as ExampleReport),
  };
}

/** When the adversarial images of what is finished were written, by their paths. */
async function finishedPictures(output: string): Promise<Map<string, number>> {
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
async function attackedAgain(finished: ReadonlyMap<string, number>, output: string): Promise<string[]> {
  const faults: string[] = [];
  for (const [name, time] of finished) {
    const { mtimeMs } = await stat(path.join(output, name));
    if (mtimeMs !== time) faults.push(`${name} was finished, and attacked again`);
  }
  return faults;
}

/** Verdicts that were there before a run went on, and are no longer, or were made again. */
async function lostVerdicts({ report, examples }: RunContents, output: string): Promise<string[]> {
  const after = await readRunFolder(output);
  const verdicts = (report?.tests ?? []).filter(({ status }) => status !== 'errored');
  return verdicts.flatMap((verdict) => {
    const found = after.report?.tests.find(({ id }) => id === verdict.id);
    const linesOf = (contents: RunContents) => contents.examples.filter(({ test }) => test === verdict.id);
    const isKept = isDeepStrictEqual(found, verdict) && isDeepStrictEqual(linesOf(after), linesOf({ examples }));
    return isKept ? [] : [`the verdict of ${verdict.id} was not kept`];
  });
}

/** Images that examples name and that are not there. */
export async function missingImages(output: string): Promise<string[]> {
  const { examples } = await readRunFolder(output);
  const files = new Set(await filesIn(output));
  return examples.flatMap(({ originalImage, adversarialImage, adversarialArray, trace }) =>
    [originalImage, adversarialImage, adversarialArray, trace?.image].flatMap((name) =>
      name && !files.has(name) ? [`${name} of examples.jsonl is missing`] : [],
    ),
  );
}

/** A test is begun when those before it have a verdict. */
export async function missingVerdicts(output: string): Promise<string[]> {
  const { report, examples } = await readRunFolder(output);
  const begun = [...new Set(examples.map(({ test }) => test))];
  const missing = begun.slice(0, -1).filter((test) => !report?.tests.some(({ id }) => id === test));
  return missing.map((test) => `the verdict of ${test} is missing`);
}

/** What a run or a shard has finished: the verdicts of tests, and the images that were attacked. */
export async function finishedResults(output: string): Promise<Lost> {
  const [before, pictures] = [await readRunFolder(output), await finishedPictures(output)];
  return async () => [...(await lostVerdicts(before, output)), ...(await attackedAgain(pictures, output))];
}
