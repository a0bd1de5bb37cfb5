// Timings, never part of a test: `npm run bench`, or `npm run bench -- onnx` for some parts. Medians over several turns; a
// table on stdout, JSON in .perturb/bench.json. `npm run bench -- onnx --profile` prints where the time of a gradient goes.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import Table from 'cli-table3';
import { attackDemo } from './attackDemo.ts';
import { benchAttacks } from './attacks/benchAttacks.ts';
import { compareBackends } from './compareBackends.ts';
import { benchCorpus } from './corpus.ts';
import { benchFormats } from './formats/benchFormats.ts';
import type { Measurement } from './measurement.ts';
import { benchOnnx } from './onnx/benchOnnx.ts';
import { benchRemote } from './remote.ts';
import { measureVsCode } from './vscode.ts';

const root = path.join(import.meta.dirname, '..', '..');
const options = process.argv.slice(2).filter((argument) => argument.startsWith('--'));
const parts: Readonly<Record<string, () => Promise<readonly Measurement[]>>> = {
  demo: () => attackDemo(path.join(root, 'media', 'demo')),
  backends: compareBackends,
  attacks: benchAttacks,
  onnx: () => benchOnnx(options),
  formats: benchFormats,
  remote: benchRemote,
  corpus: benchCorpus,
  vscode: measureVsCode,
};
const asked = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const unknown = asked.find((name) => !(name in parts));
if (unknown !== undefined)
  throw new Error(`There is no part "${unknown}". Choose of ${Object.keys(parts).join(', ')}.`);
const measurements: Measurement[] = [];
for (const [name, measure] of Object.entries(parts)) {
  if (asked.length === 0 || asked.includes(name)) measurements.push(...(await measure()));
}
const table = new Table({ head: ['measurement', 'median', 'bar'], style: { head: [], border: [] } });
for (const { name, value, unit, atMost, atLeast } of measurements) {
  const met = value <= (atMost ?? Infinity) && value >= (atLeast ?? 0);
  const bar = atMost === undefined ? atLeast && `≥ ${atLeast}` : `≤ ${Number(atMost.toPrecision(2))}`;
  table.push([name, `${value.toPrecision(3)} ${unit}`, bar ? `${met ? '✓' : '✗'} ${bar} ${unit}` : '']);
}
if (measurements.length > 0) {
  console.log(table.toString());
  const file = path.join(root, '.perturb', 'bench.json');
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify({ node: process.version, measurements }, null, 2)}\n`);
  console.log(`written to ${file}`);
}
