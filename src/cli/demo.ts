import path from 'node:path';
import { type DemoName, demos } from '../demos.ts';
import { isPlanned } from '../reports/report.ts';
import { ProgressBar } from './progressBar.ts';
import { runWorkspace } from './runWorkspace.ts';
import { formatTable } from './table.ts';

/**
 * Runs a demo and prints where the pictures of fooling images are.
 * @param media the folder that demos lie in.
 * @returns 2 when a test could not be evaluated, otherwise 0.
 */
export async function demo(media: string, name: DemoName, { output }: { output?: string }): Promise<number> {
  const bar = new ProgressBar();
  const { report, folder } = await runWorkspace({
    workspace: path.join(media, demos[name].folder),
    output: output ?? path.join('.perturb', 'demo'),
    onProgress: (progress) => bar.show(progress),
  }).finally(() => bar.clear());
  console.log(formatTable(report));
  console.log(`\nSome of these tests fail on purpose to show what a failure looks like. ${demos[name].synthetic}`);
  console.log('Pictures (original, perturbation, adversarial image):');
  for (const picture of report.tests.flatMap((test) => (isPlanned(test) ? test.pictures : []))) {
    console.log(`  ${path.join(folder, picture)}`);
  }
  console.log(`Results: ${folder}`);
  return report.tests.some(({ status }) => status === 'errored') ? 2 : 0;
}
