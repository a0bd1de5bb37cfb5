// `npm run verify`: networks that PyTorch exports, against PyTorch's own gradients in float64, and those of Keras; then
// damaged files.
//   --only TEXT   what has the text in its name: networks, "twins", "tflite", "graphs", "applications", "fuzz"
//   --keep        leaves the exported files in .cache/verify
// A run of everything writes results.md.

import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type FuzzReport, fuzz, hostile, mutations } from '../support/onnx/fuzz.ts';
import { verifyApplications } from './applications.ts';
import { check, type Exported } from './check.ts';
import { compareGraphModels } from './graphModels.ts';
import { ask, provision, root } from './python.ts';
import { verifyTflite } from './tflite.ts';

/** How many damaged files are tried, and the memory that they must leave free. */
const damaged = 10_000;
const mostMemory = 1.5e9;
/** A gradient may be so much farther from float64 than PyTorch's own in float32. */
const mostRatio = 2;
/** Errors up to here are rounding, whatever PyTorch's own are. */
const rounding = 1e-5;
/** Smooth networks have no kinks that rounding could push a number over. */
const mostSmoothError = 1e-4;
const leastCosine = 0.9999;
/** The largest networks for bodies carry rounding on through a hundred layers. */
const mostGraphError = 1e-2;

const { values: options } = parseArgs({ options: { only: { type: 'string' }, keep: { type: 'boolean' } } });
const folder = path.join(root, '.cache', 'verify');
const results = path.join(import.meta.dirname, 'results.md');

/** A file that PyTorch cannot export is no fault of what reads it. */
type Unexported = Pick<Exported, 'model' | 'exporter'> & { readonly failure: string };

const columns = [
  ['network', 23],
  ['exporter', 11],
  ['opset', 5],
  ['nodes', 5],
  ['batch', 10],
  ['logits error', 12],
  ['gradient error', 14],
  ['PyTorch’s spread', 16],
  ['ratio', 6],
  ['cosine', 9],
  ['verdict', 7],
] as const;
const lines: string[] = [];
const notes: string[] = [];
let misses = 0;

function print(cells: readonly (string | number)[]): void {
  const line = `| ${cells.map((cell, i) => `${cell}`.padEnd(columns[i]?.[1] ?? 0)).join(' | ')} |`;
  console.log(line);
  lines.push(line);
}

/** One file: a row of the table. */
async function verify(exported: Exported, isSmooth: boolean): Promise<void> {
  const { model, exporter, opset, gradientSpread, logitsSpread, cosineSpread } = exported;
  try {
    const { nodes, batch, logitsError, gradientError, cosine } = await check(exported);
    const most = (spread: number) => (isSmooth ? mostSmoothError : Math.max(mostRatio * spread, rounding));
    // 1 − cosine grows with the square of the error.
    const mostTurned = Math.max(1 - leastCosine, isSmooth ? 0 : mostRatio ** 2 * cosineSpread);
    const isClose = gradientError <= most(gradientSpread) && logitsError <= most(logitsSpread);
    // Negated, so that NaN misses as well.
    const isMiss = !(isClose && 1 - cosine <= mostTurned);
    if (isMiss) misses++;
    const numbers = [logitsError, gradientError, gradientSpread].map((value) => value.toExponential(1));
    const ratio = (gradientError / gradientSpread).toFixed(2);
    print([model, exporter, opset ?? '', nodes, batch, ...numbers, ratio, cosine.toFixed(7), isMiss ? 'MISS' : 'ok']);
    if (exported.batch === 1)
      notes.push(`${model}, ${exporter}: exported for one image, since with any batch: ${exported.reason}`);
  } catch (error) {
    misses++;
    print([model, exporter, opset ?? '', '', `${exported.batch}`, '', '', '', '', '', 'MISS']);
    notes.push(`${model}, ${exporter} ${opset ?? ''}: ${error instanceof Error ? error.message : error}`);
    console.log(`  ${notes.at(-1)}`);
  }
}

async function verifyNetworks(names: readonly string[]): Promise<void> {
  print(columns.map(([title]) => title));
  print(columns.map(([, width]) => '-'.repeat(width)));
  for (const name of names) {
    for await (const answer of ask<Exported | Unexported>(name, folder)) {
      if ('file' in answer) await verify(answer, name === 'twins');
      else
        notes.push(
          `${answer.model}, ${answer.exporter}: PyTorch does not export it: ${answer.failure.split('\n', 1)[0]}`,
        );
    }
    // A network with its weights is hundreds of megabytes.
    if (!options.keep) for (const file of await readdir(folder)) await rm(path.join(folder, file));
  }
}

async function verifyDamaged(): Promise<string[]> {
  const ofSeeds = await fuzz(mutations(damaged));
  const handMade = await fuzz(hostile);
  const counted = (name: string, { outcomes, failures, peak }: FuzzReport) => {
    const count = (result: string) => outcomes.filter((outcome) => outcome.result === result).length;
    const slowest = Math.max(...outcomes.map(({ milliseconds }) => milliseconds));
    misses += failures.length + (peak > mostMemory ? 1 : 0);
    return [
      `${name}: ${outcomes.length} files, ${count('opened')} opened, ${count('refused')} refused with reasons, ${failures.length} failed; at most ${Math.round(peak / 1e6)} MB and ${(slowest / 1000).toFixed(1)} s a file.`,
      ...failures.map(({ name, result, message }) => `- ${name} ${result}: ${message.split('\n', 1)[0]}`),
    ];
  };
  const report = [...counted('Damaged by seeds', ofSeeds), '', ...counted('Made to be hostile', handMade)];
  console.log(report.join('\n'));
  return report;
}

async function verifyTensorFlowLite(): Promise<readonly string[]> {
  const { rows, misses: own } = await verifyTflite(folder);
  misses += own;
  console.log(rows.join('\n'));
  return rows;
}

async function verifyKeras(): Promise<readonly string[]> {
  const { rows, misses: own } = await verifyApplications(folder, options.keep === true);
  misses += own;
  return rows;
}

/** Graph models of TensorFlow.js: a row for each. */
async function verifyGraphModels(): Promise<string[]> {
  const rows = ['| graph model | error |', '|---|---|'];
  for await (const { name, error, reason } of compareGraphModels()) {
    // What is refused has operators that the table lacks, and names them.
    if (error !== undefined && !(error <= mostGraphError)) misses++;
    rows.push(`| ${name.replace(/\.json$/, '')} | ${error?.toExponential(1) ?? reason} |`);
    console.log(rows.at(-1));
  }
  return rows;
}

async function versions(): Promise<string> {
  const found = { ...(await one(ask<Record<string, string>>('versions'))) };
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string };
  const list = Object.entries({ ...found, 'ONNX Runtime': version, 'Node.js': process.version });
  return list.map(([name, version]) => `${name} ${version}`).join(', ');
}

async function one<T>(answers: AsyncGenerator<T>): Promise<T> {
  let last: T | undefined;
  for await (const answer of answers) last = answer;
  return last as T;
}

await mkdir(folder, { recursive: true });
const isAsked = (name: string) => name.includes(options.only ?? '');
const needsTorch = !['tflite', 'graphs', 'applications', 'fuzz'].includes(options.only ?? '');
if (needsTorch) provision();
const networks = needsTorch ? ['twins', ...(await one(ask<string[]>('list')))].filter(isAsked) : [];
if (networks.length > 0) await verifyNetworks(networks);
for (const note of notes) console.log(note);
const lite = isAsked('tflite') ? await verifyTensorFlowLite() : [];
const graphs = isAsked('graphs') ? await verifyGraphModels() : [];
const keras = isAsked('applications') ? await verifyKeras() : [];
const fuzzed = isAsked('fuzz') ? await verifyDamaged() : [];
if (options.only === undefined) {
  const text = [
    '# Results of `npm run verify`',
    `${new Date().toISOString().slice(0, 10)}, ${os.type()} ${os.arch()}. ${await versions()}.`,
    `Random weights; in networks named “smooth”, smooth functions stand in place of those with kinks. Errors are the largest of two images, in parts of the largest number of PyTorch in float64; its spread is how far PyTorch in float32 is from that. Numbers pass at ${mostRatio} spreads or ${rounding}, and at ${mostSmoothError} for the tiny ones, which come first; the cosine at ${leastCosine}, or where ReLUs that rounding switches turn PyTorch’s own gradient more, at what ${mostRatio} spreads come to.`,
    lines.join('\n'),
    notes.map((note) => `- ${note}`).join('\n'),
    '## TensorFlow Lite',
    'Models that MediaPipe ships, with an image of waves: the largest error of all outputs, in parts of the largest number of TensorFlow Lite’s interpreter, or of 1 if that is more; its spread is how far its kernels with and without XNNPACK are from each other.',
    lite.join('\n'),
    '## Graph models of TensorFlow.js',
    'Errors against TensorFlow.js on random numbers, in parts of the largest number, or of 1 if that is larger.',
    graphs.join('\n'),
    '## Classifiers of Keras',
    `Random weights and images of 96 × 96 pixels; in those named “smooth”, softplus stands in place of ReLU. Errors are in parts of the largest number of Keras in float64; its spread is how far the gradients of Keras in float32 are from that as its inputs and weights are rounded. Logits pass at 0.0001, the cosine at ${leastCosine}, and both at what 2 spreads come to.`,
    keras.join('\n'),
    '## Damaged files',
    fuzzed.join('\n'),
  ];
  await writeFile(results, `${text.filter(Boolean).join('\n\n')}\n`);
  console.log(`written to ${path.relative(root, results)}`);
}
console.log(misses === 0 ? 'Everything agrees.' : `${misses} miss.`);
process.exitCode = misses === 0 ? 0 : 1;
