import { existsSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import path from 'node:path';
import Table from 'cli-table3';
import { build } from 'esbuild';
import type { Measurement } from '../measurement.ts';
import { median } from '../median.ts';
import { exportNetworks, folder, python } from './exportNetworks.ts';
import { networkNames } from './network.ts';
import type { Opening } from './openInParts.ts';
import { type AttackAnswer, type AttackRequest, type BenchProcess, startProcess } from './process.ts';
import { printProfile } from './profile.ts';
import { forwards, type Task } from './tasks.ts';

const root = path.join(import.meta.dirname, '..', '..', '..');
const bundle = path.join(root, 'dist', 'bench', 'perturbSide.js');
const thread = path.join(root, 'dist', 'onnxThread.js');
const turns = { fewest: 3, most: 40 };
const seconds = 10;
/** What an input gradient may cost beside a forward pass. */
const ratioBars: Readonly<Record<string, number>> = { 'ResNet-18': 2.5, MobileNetV2: 3.5 };
const epsilon = 8 / 255;
const attack = { kind: 'attack', steps: 20, stepSize: 1 / 255, epsilon } as const;
/** How many images are attacked; Foolbox has them as one batch, which is how it is fastest. */
const attacked = { 'ResNet-18': 16, MobileNetV2: 16, 'ResNet-50': 8 };

/**
 * ONNX models: a gradient beside a forward pass, attacks beside Foolbox on PyTorch, and opening a large file.
 * @param options --forward, --foolbox, --opening for one of these, --profile for a table of where the time goes.
 */
export async function benchOnnx(options: readonly string[]): Promise<Measurement[]> {
  if (!existsSync(python)) {
    console.log(
      'Left out: ONNX models. There is no .cache/torch. To have it: npm run verify, then .cache/torch/bin/pip install foolbox',
    );
    return [];
  }
  await exportNetworks();
  await bundleSide();
  const measurements: Measurement[] = [];
  for (const [name, measure] of Object.entries(sections)) {
    const isAsked = options.includes(`--${name}`) || (options.length === 0 && name !== 'profile');
    if (isAsked) measurements.push(...(await measure()));
  }
  return [...measurements, { name: 'load of the machine at the end', value: loadavg()[0] ?? 0, unit: '' }];
}

const sections: Readonly<Record<string, () => Promise<Measurement[]>>> = {
  forward: compareWithForward,
  opening: measureOpening,
  foolbox: compareWithFoolbox,
  profile: printProfiles,
};

async function printProfiles(): Promise<Measurement[]> {
  for (const name of ['ResNet-18', 'MobileNetV2']) {
    for (const batch of [1, 16]) await printProfile(folder, name, batch);
  }
  return [];
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
    external: ['onnxruntime-node', 'onnxruntime-web', '@tensorflow/*', 'sharp', 'protobufjs', 'yauzl'],
    mainFields: ['module', 'main'],
    logLevel: 'warning',
  });
}

function startPerturb(name: string, threads: number): BenchProcess {
  return startProcess([process.execPath, bundle, name, folder, thread], { PERTURB_THREADS: `${threads}` });
}

function startFoolbox(name: string, threads: number): BenchProcess {
  return startProcess([python, '-B', path.join(import.meta.dirname, 'foolbox_side.py'), name, folder, `${threads}`]);
}

/** Whether another turn is to be taken: some at least, and more while there is time. */
function* turnsUntil(milliseconds: number): Generator<number> {
  const end = performance.now() + milliseconds;
  for (let turn = 0; turn < turns.most && (turn < turns.fewest || performance.now() < end); turn++) yield turn;
}

/** Sessions and questions in turn, in one process. */
async function compareWithForward(): Promise<Measurement[]> {
  const table = new Table({
    head: [
      'median, ms',
      'forward',
      'gradient session',
      'gradient as attacks ask',
      'session / forward',
      'ask / forward',
    ],
    style: { head: [], border: [] },
  });
  const measurements: Measurement[] = [];
  for (const name of networkNames) {
    for (const threads of threadCounts()) {
      const side = startPerturb(name, threads);
      for (const batch of [1, 16]) {
        const samples = new Map<Task, number[]>();
        const tasks: readonly Task[] = [...forwards, 'session', 'pullback'];
        // The first turn makes the sessions, and the second the plan of their memory.
        for (const _ of [1, 2]) for (const task of tasks) await side.ask({ kind: 'time', task, batch });
        for (const _ of turnsUntil(1000 * seconds)) {
          for (const task of tasks) {
            const { milliseconds } = await side.ask({ kind: 'time', task, batch });
            samples.set(task, [...(samples.get(task) ?? []), milliseconds]);
          }
        }
        const time = (task: Task) => median(samples.get(task) ?? []);
        const [fastest] = [...forwards].sort((a, b) => time(a) - time(b)) as [Task];
        // Turn by turn, so that whatever else the machine does is in both.
        const ratio = (task: Task) =>
          median((samples.get(task) ?? []).map((taken, turn) => taken / (samples.get(fastest)?.[turn] ?? Number.NaN)));
        const values = [time(fastest), time('session'), time('pullback')];
        const ratios = [ratio('session'), ratio('pullback')] as [number, number];
        const title = `${name}, batch ${batch}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
        table.push([title, ...values.map((value) => value.toPrecision(3)), ...ratios.map((value) => value.toFixed(2))]);
        const atMost = ratioBars[name];
        const bar = atMost === undefined ? {} : { atMost };
        measurements.push(
          { name: `${title}, ${fastest}`, value: time(fastest), unit: 'ms' },
          { name: `${title}, session / forward`, value: ratios[0], unit: '×', ...bar },
          { name: `${title}, gradient / forward`, value: ratios[1], unit: '×', ...bar },
        );
      }
      side.stop();
    }
  }
  console.log(table.toString());
  return measurements;
}

function threadCounts(): number[] {
  return [1, 2].filter((threads) => threads <= availableParallelism());
}

/** A file of 100 MB. */
async function measureOpening(): Promise<Measurement[]> {
  const name = 'ResNet-50';
  const openings: Opening[] = [];
  for (let turn = 0; turn < turns.fewest; turn++) {
    const side = startPerturb(name, Math.max(...threadCounts()));
    openings.push(await side.ask({ kind: 'open' }));
    side.stop();
  }
  const [first] = openings as [Opening];
  const middle = (of: (opening: Opening) => number | undefined) =>
    median(openings.map((opening) => of(opening) ?? Number.NaN));
  return [
    ...first.stages.flatMap((stage, i): Measurement[] => {
      const title = `${name} ${stage.name}`;
      // What is asked of opening holds until the first gradient; sessions for batches come on top.
      const [time, memory] = i < 2 ? [{ atMost: 2 }, { atMost: 3 }] : [{}, {}];
      return [
        { name: title, value: middle(({ stages }) => stages[i]?.seconds), unit: 's', ...time },
        { name: `${title}, memory / file`, value: middle(({ stages }) => stages[i]?.memory), unit: '×', ...memory },
        { name: `${title}, peak / file`, value: middle(({ stages }) => stages[i]?.peak), unit: '×', ...memory },
      ];
    }),
    ...Object.keys(first.parts).map(
      (part): Measurement => ({ name: `${name}: ${part}`, value: middle(({ parts }) => parts[part]), unit: 's' }),
    ),
  ];
}

/** I-FGSM with the same steps on the same images, Perturb and Foolbox in turn. */
async function compareWithFoolbox(): Promise<Measurement[]> {
  const threads = Math.max(...threadCounts());
  let heads: readonly string[] = [];
  const rows: string[][] = [];
  const measurements: Measurement[] = [];
  for (const name of networkNames) {
    const starts = { perturb: [] as number[], foolbox: [] as number[] };
    for (let turn = -1; turn < turns.fewest; turn++) {
      // The first brings the files into memory.
      const perturb = await firstGradient(startPerturb(name, threads));
      const foolbox = await firstGradient(startFoolbox(name, threads));
      if (turn < 0) continue;
      starts.perturb.push(perturb);
      starts.foolbox.push(foolbox);
    }
    const [perturb, foolbox] = [startPerturb(name, threads), startFoolbox(name, threads)];
    const answers = { every: [] as AttackAnswer[], verdict: [] as AttackAnswer[], foolbox: [] as AttackAnswer[] };
    const every: AttackRequest = { ...attack, images: attacked[name], stopAtSuccess: false };
    heads = (await Promise.all([perturb, foolbox].map((side) => side.ask({ kind: 'hello' })))).map(({ name }) => name);
    for (const _ of turnsUntil(2000 * seconds)) {
      answers.every.push(await perturb.ask(every));
      answers.foolbox.push(await foolbox.ask(every));
      answers.verdict.push(await perturb.ask({ ...every, stopAtSuccess: true }));
    }
    const speed = (list: readonly AttackAnswer[]) => median(list.map(({ images, seconds }) => images / seconds));
    const memory = await Promise.all([perturb, foolbox].map((side) => side.ask({ kind: 'memory' })));
    const [own = 0, other = 0] = memory.map(({ bytes }) => bytes / 1e6);
    perturb.stop();
    foolbox.stop();
    const fooled = (list: readonly AttackAnswer[]) => `${list[0]?.fooled} of ${list[0]?.images}`;
    const gradients = (list: readonly AttackAnswer[]) =>
      ((list[0]?.gradients ?? 0) / (list[0]?.images ?? 1)).toFixed(1);
    const row = (title: string, values: readonly [number, number], unit: string) =>
      rows.push([
        `${name}, ${title}`,
        ...values.map((value) => `${value.toPrecision(3)} ${unit}`),
        (values[0] / values[1]).toFixed(2),
      ]);
    const [everySpeed, verdictSpeed, foolboxSpeed] = [answers.every, answers.verdict, answers.foolbox].map(speed) as [
      number,
      number,
      number,
    ];
    const [ownStart, otherStart] = [median(starts.perturb), median(starts.foolbox)];
    row('every step', [everySpeed, foolboxSpeed], 'images/s');
    row('to a verdict', [verdictSpeed, foolboxSpeed], 'images/s');
    row('peak memory', [own, other], 'MB');
    row('command to first gradient', [ownStart, otherStart], 's');
    rows.push([`${name}, fooled`, fooled(answers.every), fooled(answers.foolbox), '']);
    rows.push([`${name}, gradients an image to a verdict`, gradients(answers.verdict), `${attack.steps}`, '']);
    measurements.push(
      { name: `${name}, every step`, value: everySpeed, unit: 'images/s' },
      { name: `${name}, every step, Foolbox`, value: foolboxSpeed, unit: 'images/s' },
      { name: `${name}, every step, × Foolbox`, value: everySpeed / foolboxSpeed, unit: '×', atLeast: 1.2 },
      { name: `${name}, to a verdict, × Foolbox`, value: verdictSpeed / foolboxSpeed, unit: '×', atLeast: 3 },
      { name: `${name}, peak memory / Foolbox’s`, value: own / other, unit: '×', atMost: 1 },
      { name: `${name}, command to first gradient`, value: ownStart, unit: 's' },
      {
        name: `${name}, command to first gradient / Foolbox’s`,
        value: ownStart / otherStart,
        unit: '×',
        atMost: 1 / 3,
      },
    );
  }
  const table = new Table({
    head: [`medians, ${threads} threads`, ...heads, 'ratio'],
    style: { head: [], border: [] },
  });
  table.push(...rows);
  console.log(table.toString());
  return measurements;
}

/** Seconds from the start of the process. */
async function firstGradient(side: BenchProcess, start = performance.now()): Promise<number> {
  const { finite } = await side.ask({ kind: 'gradient' });
  const taken = (performance.now() - start) / 1000;
  side.stop();
  if (!finite) throw new Error('the first gradient is not finite');
  return taken;
}
