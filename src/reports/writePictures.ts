import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { replaceFile } from '../data/replaceFile.ts';
import { eachExample } from './examples.ts';
import { slug } from './fileNames.ts';
import { drawExample } from './picture.ts';
import type { ExampleReport } from './report.ts';
import { picturesFolder, writing } from './runFolder.ts';

/** Number of pictures drawn for each test. */
const picturesEach = 3;

/**
 * Draws a few of the examples that fooled the model in a test.
 * @param test id of the test.
 * @returns paths relative to the run folder.
 * @throws UserError when the folder cannot be written to.
 */
export async function writePictures(folder: string, test: string): Promise<string[]> {
  const files: string[] = [];
  for (const example of await choose(eachExample(folder), test)) {
    const { label, adversarial, index } = example;
    const name = `${slug(`${label} becomes ${adversarial?.class}`)}-${index}.png`;
    const file = path.posix.join(picturesFolder, slug(test), name);
    const picture = await drawExample(folder, example);
    await writing(path.dirname(path.join(folder, file)), (place) => mkdir(place, { recursive: true }));
    await replaceFile(path.join(folder, file), picture);
    files.push(file);
  }
  return files;
}

/**
 * Examples of a test that fooled the model at the largest budget, from different classes if possible: those that come first
 * in the test's list, in whatever order they were finished.
 */
async function choose(examples: AsyncIterable<ExampleReport>, test: string): Promise<ExampleReport[]> {
  let largest = -Infinity;
  let firsts = new Map<string, ExampleReport>();
  let lowest: ExampleReport[] = [];
  for await (const example of examples) {
    const { status, epsilon = 0, label, index } = example;
    if (example.test !== test || status !== 'fooled' || epsilon < largest) continue;
    if (epsilon > largest) [largest, firsts, lowest] = [epsilon, new Map(), []];
    if (index < (firsts.get(label)?.index ?? Infinity)) firsts.set(label, example);
    // Enough to fill up with, when the first of each class is taken away.
    lowest = [...lowest, example].sort(byIndex).slice(0, 2 * picturesEach);
  }
  const chosen = [...firsts.values()].sort(byIndex);
  return [...chosen, ...lowest.filter((example) => !chosen.includes(example))].slice(0, picturesEach);
}

function byIndex(a: ExampleReport, b: ExampleReport): number {
  return a.index - b.index;
}
