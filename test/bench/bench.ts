// Timings, never part of a test: `npm run bench`. Medians over several turns; a table on stdout, JSON in .perturb/bench.json.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import Table from 'cli-table3';
import { attackDemo } from './attackDemo.ts';
import { compareBackends } from './compareBackends.ts';
import { measureVsCode } from './vscode.ts';

/** One measured figure, and the bar it is held against where there is one. */
export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly atMost?: number;
}

const root = path.join(import.meta.dirname, '..', '..');
const measurements: readonly Measurement[] = [
  ...(await attackDemo(path.join(root, 'media', 'demo'))),
  ...(await compareBackends()),
  ...(await measureVsCode()),
];
const table = new Table({ head: ['measurement', 'median', 'bar'], style: { head: [], border: [] } });
for (const { name, value, unit, atMost } of measurements) {
  table.push([
    name,
    `${value.toPrecision(3)} ${unit}`,
    atMost === undefined ? '' : `${value <= atMost ? '✓' : '✗'} ≤ ${atMost} ${unit}`,
  ]);
}
console.log(table.toString());
const file = path.join(root, '.perturb', 'bench.json');
await mkdir(path.dirname(file), { recursive: true });
await writeFile(file, `${JSON.stringify({ node: process.version, measurements }, null, 2)}\n`);
console.log(`written to ${file}`);
