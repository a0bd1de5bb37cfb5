/**
 * Tries every pair of a visitor and someone else to be taken for, and prints how many succeed:
 * `npx tsx media/demos/faces/training/impersonate.ts`, with the command line built before. The README states the figure.
 */
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'jsonc-parser';
import { isPlanned, type RunReport } from '../../../../src/reports/report.ts';

const DEMO = path.join(import.meta.dirname, '..');
const { door } = parse(await readFile(path.join(DEMO, '.vscode', 'settings.json'), 'utf8'))['perturb.models'];
const people = ['ada', 'ben', 'cleo', 'dan', 'eva', 'finn', 'gina', 'hugo'];
const settings = {
  'perturb.models': {
    door: {
      ...door,
      path: path.join(DEMO, door.path),
      enrolled: { ...door.enrolled, path: path.join(DEMO, door.enrolled.path) },
    },
  },
  'perturb.datasets': { visitors: { path: path.join(DEMO, 'data', 'visitors') } },
  'perturb.tests': Object.fromEntries(
    people.map((target) => [
      target,
      {
        model: 'door',
        dataset: 'visitors',
        target,
        attack: 'pgd',
        epsilon: '8/255',
        parameters: { steps: 40 },
        expect: { successRate: 1 },
        audit: false,
      },
    ]),
  ),
};
const folder = await mkdtemp(path.join(tmpdir(), 'faces-'));
await mkdir(path.join(folder, '.vscode'));
await writeFile(path.join(folder, '.vscode', 'settings.json'), JSON.stringify(settings));
const cli = path.join(DEMO, '..', '..', '..', 'dist', 'cli.js');
const { stdout } = spawnSync(process.execPath, [cli, 'run', folder, '--json'], {
  encoding: 'utf8',
  maxBuffer: 2 ** 28,
});
const report = JSON.parse(stdout) as RunReport;
const counts = report.tests.map((test) => (isPlanned(test) ? test.metrics?.counts : undefined));
const sum = (key: 'fooled' | 'eligible') => counts.reduce((all, each) => all + (each?.[key] ?? 0), 0);
for (const [index, test] of report.tests.entries()) {
  if (test.status === 'errored') throw new Error(test.message);
  console.log(`${test.name}: ${counts[index]?.fooled} of ${counts[index]?.eligible}`);
}
console.log(`${sum('fooled')} of ${sum('eligible')} pairs, ${((100 * sum('fooled')) / sum('eligible')).toFixed(1)}%`);
const [first] = report.tests;
const verification = first && isPlanned(first) ? first.rounds[0]?.verification : undefined;
console.log(`equal error rate of the visitors: ${JSON.stringify(verification?.equalErrorRate)}`);
await rm(folder, { recursive: true });
