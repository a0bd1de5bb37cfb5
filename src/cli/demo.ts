import path from 'node:path';
import { isPlanned } from '../reports/report.ts';
import { ProgressBar } from './progressBar.ts';
import { runWorkspace } from './runWorkspace.ts';
import { formatTable } from './table.ts';

/** Runs the demo and says where the pictures of what fooled its model are. Returns 2 when a test could not be evaluated, else 0. */
export async function demo(workspace: string, { output }: { output?: string }): Promise<number> {
  const bar = new ProgressBar();
  const { report, folder } = await runWorkspace({
    workspace,
    output: output ?? path.join('.perturb', 'demo'),
    onProgress: (progress) => bar.show(progress),
  }).finally(() => bar.clear());
  console.log(formatTable(report));
  console.log('\nSome of these tests fail on purpose: they show what a failure looks like. The signs are synthetic.');
  console.log('pictures (original, perturbation, adversarial image):');
  for (const picture of report.tests.flatMap((test) => (isPlanned(test) ? test.pictures : []))) {
    console.log(`  ${path.join(folder, picture)}`);
  }
  console.log(`results: ${folder}`);
  return report.tests.some(({ status }) => status === 'errored') ? 2 : 0;
}
