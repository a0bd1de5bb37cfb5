import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { drawExample } from '../reports/picture.ts';
import { readExamples } from '../reports/runFolder.ts';
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
  const fooled = (await readExamples(folder)).filter(({ status }) => status === 'fooled');
  const files: string[] = [];
  for (const test of new Set(fooled.map((example) => example.test))) {
    for (const example of fooled.filter((other) => other.test === test).slice(0, picturesEach)) {
      const words = `${test.split(' › ').at(-1)} ${example.label} becomes ${example.adversarial?.class} ${example.index}`;
      const file = path.join(pictures, `${words.replaceAll(/[^\p{L}\p{N}]+/gu, '-')}.png`);
      await writeFile(file, await drawExample(folder, example));
      files.push(file);
    }
  }
  return files;
}
