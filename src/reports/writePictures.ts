import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { replaceFile } from '../data/replaceFile.ts';
import { eachExample } from './examples.ts';
import { drawExample } from './picture.ts';
import type { ExampleReport } from './report.ts';
import { picturesFolder, slug, writing } from './runFolder.ts';

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

/** Examples of a test that fooled the model at the largest budget, from different classes if possible. */
async function choose(examples: AsyncIterable<ExampleReport>, test: string): Promise<ExampleReport[]> {
  let largest = -Infinity;
  let firsts = new Map<string, ExampleReport>();
  let others: ExampleReport[] = [];
  for await (const example of examples) {
    const { status, epsilon = 0, label } = example;
    if (example.test !== test || status !== 'fooled' || epsilon < largest) continue;
    if (epsilon > largest) [largest, firsts, others] = [epsilon, new Map(), []];
    if (!firsts.has(label)) firsts.set(label, example);
    else if (others.length < picturesEach) others.push(example);
  }
  return [...firsts.values(), ...others].slice(0, picturesEach);
}
