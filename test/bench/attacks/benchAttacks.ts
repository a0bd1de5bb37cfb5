import { spawn, spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import Table from 'cli-table3';
import { build } from 'esbuild';
import { root } from '../../verify/python.ts';
import type { Measurement } from '../measurement.ts';
import { median } from '../median.ts';
import type { Answer, Task } from './comparison.ts';

const bundle = path.join(root, 'dist', 'bench', 'attacksSide.js');
const thread = path.join(root, 'dist', 'onnxThread.js');
const python = path.join(root, '.cache', 'torch', 'bin', 'python');
const crosscheck = path.join(root, 'test', 'crosscheck');
const packages = {
  crosscheck: path.join(root, '.cache', 'crosscheck'),
  own: path.join(root, '.cache', 'bench-attacks'),
};
const turns = 3;
/** Of every side: on a network as small as this, more cost Perturb ten times what they save. */
const threads = 1;

interface Comparison {
  readonly title: string;
  readonly task: Task;
  readonly peers: readonly string[];
}

const comparisons: readonly Comparison[] = [
  {
    title: 'C&W l2',
    task: { attack: 'cw', binarySearchSteps: 5, steps: 250, learningRate: 0.03, initialConstant: 0.1 },
    peers: ['foolbox', 'torchattacks'],
  },
  {
    title: 'auto, linf 0.1',
    task: { attack: 'auto', epsilon: 0.1, steps: 100 },
    peers: ['torchattacks', 'pyautoattack'],
  },
  {
    title: 'Square, linf 0.1, 1,000 queries',
    task: { attack: 'square', epsilon: 0.1, queries: 1000 },
    peers: ['torchattacks', 'pyautoattack'],
  },
];

/** A process that runs an attack. */
interface Side {
  run(): Promise<Answer>;
  stop(): void;
}

/** What the sides of one comparison answered, by side, then by turn; Perturb is the first. */
interface Result {
  readonly title: string;
  readonly answers: readonly (readonly Answer[])[];
}

/**
 * Attacks beside those of Foolbox, torchattacks and AutoAttack's authors, on the network and the 200 images of the
 * cross-check: how long they take, and what they come to.
 */
export async function benchAttacks(): Promise<Measurement[]> {
  if (!existsSync(packages.crosscheck)) {
    console.log('Left out: attacks. There is no .cache/crosscheck. To have it: npm run crosscheck');
    return [];
  }
  provision();
  await bundleSide();
  const results: Result[] = [];
  for (const comparison of comparisons) results.push(await compare(comparison));
  printTable(results);
  const load: Measurement = { name: 'load of the machine at the end', value: loadavg()[0] ?? 0, unit: '' };
  return [...results.flatMap(measurements), load];
}

function provision(): void {
  if (existsSync(packages.own)) return;
  const requirements = path.join(import.meta.dirname, 'requirements.txt');
  const install = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', packages.own, '-r', requirements];
  const { status, error } = spawnSync(python, install, { stdio: 'inherit' });
  if (status === 0) return;
  // Half of it would be taken for the whole next time.
  rmSync(packages.own, { recursive: true, force: true });
  throw new Error(`${requirements} cannot be installed`, { cause: error });
}

/** As the engine is built. */
async function bundleSide(): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: [path.join(import.meta.dirname, 'perturbSide.ts')],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    // The network and its images are beside the file that reads them.
    define: { 'import.meta.dirname': JSON.stringify(crosscheck) },
    external: ['onnxruntime-node', 'onnxruntime-web', '@tensorflow/*', 'sharp', 'protobufjs', 'yauzl'],
    mainFields: ['module', 'main'],
    logLevel: 'warning',
  });
}

/** Runs in turn, each side in its own process; a first run of each does not count. */
async function compare({ title, task, peers }: Comparison): Promise<Result> {
  const script = path.join(import.meta.dirname, 'peers_side.py');
  const sides = [
    start([process.execPath, bundle, JSON.stringify(task), thread], { PERTURB_THREADS: `${threads}` }),
    ...peers.map((peer) =>
      start([python, '-B', script, peer, `${threads}`, JSON.stringify(task)], {
        PYTHONPATH: [packages.crosscheck, packages.own, crosscheck].join(path.delimiter),
      }),
    ),
  ];
  const answers = sides.map((): Answer[] => []);
  for (let turn = -1; turn < turns; turn++) {
    for (const [i, side] of sides.entries()) {
      const answer = await side.run();
      if (turn >= 0) answers[i]?.push(answer);
    }
  }
  for (const side of sides) side.stop();
  return { title: `${title}, ${threads} thread`, answers };
}

function start(
  [program, ...args]: readonly [string, ...string[]],
  environment: Readonly<Record<string, string>>,
): Side {
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  });
  // The end of its answers says as much.
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async run() {
      child.stdin.write('\n');
      const { value, done } = await lines.next();
      if (done) throw new Error(`${program} ${args.join(' ')} ended`);
      return JSON.parse(value);
    },
    stop: () => child.stdin.end(),
  };
}

function printTable(results: readonly Result[]): void {
  const table = new Table({
    head: [`200 images, medians of ${turns} runs`, 'seconds', '× Perturb’s', 'without a success', 'median l2'],
    style: { head: [], border: [] },
  });
  for (const { title, answers } of results) {
    const [own = Number.NaN] = answers.map(secondsOf);
    for (const list of answers) {
      const { name, robust, distance } = list[0] as Answer;
      const seconds = secondsOf(list);
      table.push([
        `${title}, ${name}`,
        seconds.toPrecision(3),
        (seconds / own).toFixed(2),
        `${(100 * robust).toFixed(1)}%`,
        distance?.toPrecision(4) ?? '',
      ]);
    }
  }
  console.log(table.toString());
}

function measurements({ title, answers }: Result): Measurement[] {
  return answers.flatMap((list): Measurement[] => {
    const { name: side, robust, distance } = list[0] as Answer;
    const name = `${title}, ${side}`;
    return [
      { name, value: secondsOf(list), unit: 's' },
      { name: `${name}, without a success`, value: 100 * robust, unit: '%' },
      ...(distance === undefined ? [] : [{ name: `${name}, median l2`, value: distance, unit: '' }]),
    ];
  });
}

function secondsOf(list: readonly Answer[]): number {
  return median(list.map(({ seconds }) => seconds));
}
