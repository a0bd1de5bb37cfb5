import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { drawExample } from '../reports/picture.ts';
import type { ExampleReport } from '../reports/report.ts';
import { readExamples } from '../reports/runFolder.ts';
import { separator } from '../settings/problem.ts';
import { ProgressBar } from './progressBar.ts';
import { runWorkspace } from './runWorkspace.ts';
import { formatTable } from './table.ts';

/** Pictures that are drawn of each test. */
const picturesEach = 3;

/** Runs the demo and writes pictures of what fooled its model. Returns 2 when a test could not be evaluated, else 0. */
export async function demo(workspace: string, { output }: { output?: string }): Promise<number> {
  const bar = new ProgressBar();
  const { report, folder } = await runWorkspace({
    workspace,
    output: output ?? path.join('.perturb', 'demo'),
    onProgress: (progress) => bar.show(progress),
  }).finally(() => bar.clear());
  console.log(formatTable(report));
  console.log('\nSome of these tests fail on purpose: they show what a failure looks like. The signs are synthetic.');
  const pictures = await writePictures(folder);
  console.log(
    `pictures (original, perturbation, adversarial image):\n${pictures.map((file) => `  ${file}`).join('\n')}`,
  );
  console.log(`results: ${folder}`);
  return report.tests.some(({ status }) => status === 'errored') ? 2 : 0;
}

async function writePictures(folder: string): Promise<string[]> {
  const pictures = path.join(folder, 'pictures');
  await mkdir(pictures, { recursive: true });
  const files: string[] = [];
  for (const example of choosePictures(await readExamples(folder))) {
    const { test, label, adversarial, index } = example;
    const words = `${test.split(separator).at(-1)} ${label} becomes ${adversarial?.class} ${index}`;
    const file = path.join(pictures, `${words.replaceAll(/[^\p{L}\p{N}]+/gu, '-')}.png`);
    await writeFile(file, await drawExample(folder, example));
    files.push(file);
  }
  return files;
}

/** A few fooled examples of each test at its largest budget, of different classes where there are such. */
function choosePictures(examples: readonly ExampleReport[]): ExampleReport[] {
  const fooled = examples.filter(({ status }) => status === 'fooled');
  return [...new Set(fooled.map(({ test }) => test))].flatMap((test) => {
    const own = fooled.filter((example) => example.test === test);
    const largest = Math.max(...own.map(({ epsilon = 0 }) => epsilon));
    const shown = own.filter(({ epsilon = 0 }) => epsilon === largest);
    const firsts = shown.filter(({ label }, i) => shown.findIndex((other) => other.label === label) === i);
    return [...firsts, ...shown.filter((example) => !firsts.includes(example))].slice(0, picturesEach);
  });
}
