import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import path from 'node:path';
import { type DifferentiableClassifier, isDifferentiable } from '../../../src/models/classifier.ts';
import { openModel } from '../../../src/models/open.ts';
import type { OpenedModel } from '../../../src/models/openedModel.ts';
import { root } from '../../verify/python.ts';
import type { Measurement } from '../measurement.ts';
import { median } from '../median.ts';
import { exportNetworks, folder as programs, python as torch } from '../onnx/exportNetworks.ts';
import { type Network, networkAt } from '../onnx/network.ts';
import { startProcess } from '../onnx/process.ts';

const turns = 5;
const script = path.join(import.meta.dirname, 'keras_side.py');
const keras = path.join(root, '.cache', 'applications', 'bin', 'python');
const folder = path.join(root, '.cache', 'bench-formats');
/** How far logits may be from those of PyTorch or Keras. */
const tolerance = 1e-3;

/**
 * Files other than ONNX: opening an exported program of 100 MB and its gradient beside the same network's as ONNX, and a
 * gradient of a `.keras` file beside Keras's own.
 */
export async function benchFormats(): Promise<Measurement[]> {
  const measurements = [...(await measurePrograms()), ...(await compareWithKeras())];
  const load: Measurement = { name: 'load of the machine at the end', value: loadavg()[0] ?? 0, unit: '' };
  return measurements.length > 0 ? [...measurements, load] : [];
}

async function measurePrograms(): Promise<Measurement[]> {
  if (!existsSync(torch)) {
    console.log('Left out: exported programs. There is no .cache/torch. To have it: npm run verify');
    return [];
  }
  await exportNetworks();
  const name = 'ResNet-50';
  const network = await networkAt(programs, name);
  const files = { '.pt2': path.join(programs, `${name}.pt2`), '.onnx': network.file };
  const openings = await inTurn({
    '.pt2': async () => (await openModel({ name, path: files['.pt2'] })).classifier.dispose(),
    '.onnx': async () => (await openModel({ name, path: files['.onnx'] })).classifier.dispose(),
  });
  const [program, onnx] = [await opened(files['.pt2'], network), await opened(files['.onnx'], network)];
  const gradients = await inTurn({
    '.pt2': gradientOf(program, network, 1),
    '.onnx': gradientOf(onnx, network, 1),
  });
  program.dispose();
  onnx.dispose();
  const { size } = await stat(files['.pt2']);
  const [seconds, ratio] = [median(openings['.pt2']) / 1000, medianRatio(openings['.pt2'], openings['.onnx'])];
  return [
    { name: `${name} .pt2, open`, value: seconds, unit: 's', atMost: 2 },
    { name: `${name} .pt2, size / open`, value: size / 1e6 / seconds, unit: 'MB/s' },
    { name: `${name} .pt2, open / .onnx`, value: ratio, unit: '×' },
    { name: `${name} .pt2, gradient`, value: median(gradients['.pt2']), unit: 'ms' },
    {
      name: `${name} .pt2, gradient / .onnx`,
      value: medianRatio(gradients['.pt2'], gradients['.onnx']),
      unit: '×',
      atMost: 1.1,
    },
  ];
}

async function compareWithKeras(): Promise<Measurement[]> {
  if (!existsSync(keras)) {
    console.log('Left out: Keras. There is no .cache/applications. To have it: npm run verify -- --only applications');
    return [];
  }
  const name = 'MobileNetV2';
  if (!existsSync(path.join(folder, `${name}.json`))) {
    await mkdir(folder, { recursive: true });
    const { status } = spawnSync(keras, ['-B', script, folder], { stdio: ['ignore', 'ignore', 'inherit'] });
    if (status !== 0) throw new Error(`${script} failed`);
  }
  const network = await networkAt(folder, name);
  const batch = network.images.length;
  const side = startProcess([keras, '-B', script, folder, `${availableParallelism()}`]);
  const own = await opened(path.join(folder, `${name}.keras`), network);
  const samples = await inTurn({
    own: gradientOf(own, network, batch),
    keras: () => side.ask({ kind: 'time', task: 'session', batch }),
  });
  side.stop();
  own.dispose();
  const title = `${name} .keras, gradients of ${batch} images`;
  const ratio = medianRatio(samples.own, samples.keras);
  return [
    { name: title, value: median(samples.own), unit: 'ms' },
    { name: `${title}, Keras`, value: median(samples.keras), unit: 'ms' },
    { name: `${title} / Keras’s`, value: ratio, unit: '×', atMost: 1 },
  ];
}

/** Refuses a model that gives other logits than the library that wrote the file. */
async function opened(
  file: string,
  { images, logits }: Network,
): Promise<OpenedModel['classifier'] & DifferentiableClassifier> {
  const { classifier } = await openModel({ name: path.basename(file), path: file });
  if (!isDifferentiable(classifier)) throw new Error(`${file} has no gradient: ${classifier.obstacle}`);
  const rows = await classifier.logits(images);
  const isClose = rows.every((row, i) =>
    row.every((value, k) => Math.abs(value - (logits[i]?.[k] ?? NaN)) <= tolerance),
  );
  if (!isClose) throw new Error(`${file} has other logits than the library that wrote it`);
  return classifier;
}

/** The gradient of the cross-entropy of so many images, as attacks ask for it. */
function gradientOf(classifier: DifferentiableClassifier, { images, labels }: Network, count: number) {
  const functionals = labels.slice(0, count).map((label) => [{ kind: 'crossEntropy', label } as const]);
  return () => classifier.pullback(images.slice(0, count), functionals);
}

/** Milliseconds of each, turn by turn, so that whatever else the machine does slows all alike. The first does not count. */
async function inTurn<Name extends string>(
  works: Readonly<Record<Name, () => Promise<unknown>>>,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(works) as Name[];
  const samples = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let turn = -1; turn < turns; turn++) {
    for (const name of names) {
      const start = performance.now();
      await works[name]();
      if (turn >= 0) samples[name].push(performance.now() - start);
    }
  }
  return samples;
}

/** Turn by turn. */
function medianRatio(above: readonly number[], below: readonly number[]): number {
  return median(above.map((value, turn) => value / (below[turn] as number)));
}
