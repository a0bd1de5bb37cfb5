import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { drawExample } from './picture.ts';
import type { ExampleReport } from './report.ts';
import { picturesFolder, readExamples, slug, writing } from './runFolder.ts';

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
  for (const example of choose((await readExamples(folder)).filter((other) => other.test === test))) {
    const { label, adversarial, index } = example;
    const name = `${slug(`${label} becomes ${adversarial?.class}`)}-${index}.png`;
    const file = path.posix.join(picturesFolder, slug(test), name);
    const picture = await drawExample(folder, example);
    await writing(path.join(folder, file), async (place) => {
      await mkdir(path.dirname(place), { recursive: true });
      await writeFile(place, picture);
    });
    files.push(file);
  }
  return files;
}

/** Examples that fooled the model at the largest budget, from different classes if possible. */
function choose(examples: readonly ExampleReport[]): ExampleReport[] {
  const fooled = examples.filter(({ status }) => status === 'fooled');
  const largest = Math.max(...fooled.map(({ epsilon = 0 }) => epsilon));
  const shown = fooled.filter(({ epsilon = 0 }) => epsilon === largest);
  const firsts = shown.filter(({ label }, i) => shown.findIndex((other) => other.label === label) === i);
  return [...firsts, ...shown.filter((example) => !firsts.includes(example))].slice(0, picturesEach);
}
