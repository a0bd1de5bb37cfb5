// Perturb's side of the comparisons, bundled and in a process of its own: asked and answering in JSON, a line each.
// Arguments: NAME FOLDER THREAD, the last being the built thread for ONNX Runtime.
import { createInterface } from 'node:readline';
import type { AttackDefinition } from '../../../src/attacks/attackDefinition.ts';
import { createGoal } from '../../../src/attacks/goal.ts';
import { ifgsm } from '../../../src/attacks/gradient/ifgsm.ts';
import { computingOf } from '../../../src/engine/computing.ts';
import type { DifferentiableClassifier } from '../../../src/models/classifier.ts';
import { openModel } from '../../../src/models/open.ts';
import { runAttack } from '../../../src/runner/runAttack.ts';
import { optionsOf } from '../../support/runs.ts';
import { type Network, networkAt } from './network.ts';
import { openInParts } from './openInParts.ts';
import type { AttackRequest, Request } from './process.ts';
import { type Task, tasks } from './tasks.ts';

const [, , name, folder, thread] = process.argv as [string, string, string, string, string];
const tolerance = 1e-3;
let classifier: Promise<DifferentiableClassifier> | undefined;
let work: Promise<(task: Task, batch: number) => () => Promise<unknown>> | undefined;
const workloads = new Map<string, () => Promise<unknown>>();
let network: Promise<Network> | undefined;

function known(): Promise<Network> {
  network ??= networkAt(folder, name);
  return network;
}

function opened(): Promise<DifferentiableClassifier> {
  classifier ??= openModel(
    { name, path: `${folder}/${name}.onnx` },
    { ...computingOf(process.env).models, thread },
  ).then(({ classifier }) => classifier as typeof classifier & DifferentiableClassifier);
  return classifier;
}

async function attack({ images: count, steps, stepSize, epsilon, stopAtSuccess }: AttackRequest): Promise<object> {
  const { images, labels } = await known();
  const subjects = images
    .slice(0, count)
    .map((image, seed) => ({ image, goal: createGoal(labels[seed] as number), seed }));
  const model = await opened();
  const start = performance.now();
  const run = runAttack(
    optionsOf(ifgsm as unknown as AttackDefinition, {
      classifier: model,
      parameters: { steps, stepSize },
      budget: { norm: 'linf', epsilon },
      stopAtSuccess,
    }),
    subjects,
  );
  let [fooled, gradients] = [0, 0];
  for await (const { best, queries } of run) {
    if (best?.success) fooled++;
    gradients += queries.gradients;
  }
  return { seconds: (performance.now() - start) / 1000, images: count, fooled, gradients };
}

/** Refuses a model that does not compute what PyTorch does. */
async function check(): Promise<string> {
  const { images, logits } = await known();
  const model = await opened();
  const rows = await model.logits(images);
  const difference = Math.max(
    ...rows.map((row, i) => Math.max(...row.map((value, k) => Math.abs(value - (logits[i]?.[k] ?? Number.NaN))))),
  );
  // Negated, so that NaN is refused as well.
  if (!(difference <= tolerance)) throw new Error(`logits differ from those of PyTorch by ${difference}`);
  return `Perturb (${model.engine})`;
}

async function gradient(): Promise<object> {
  const { images, labels } = await known();
  const functionals = [[{ kind: 'crossEntropy', label: labels[0] as number } as const]];
  const { gradients } = await (await opened()).pullback(images.slice(0, 1), functionals);
  return { finite: gradients[0]?.[0]?.every(Number.isFinite) };
}

async function time(task: Task, batch: number): Promise<object> {
  work ??= known().then((of) => tasks(of));
  const key = `${task} ${batch}`;
  const run = workloads.get(key) ?? (await work)(task, batch);
  workloads.set(key, run);
  const start = performance.now();
  await run();
  return { milliseconds: performance.now() - start };
}

async function answer(request: Request): Promise<object> {
  switch (request.kind) {
    case 'hello':
      return { name: await check() };
    case 'attack':
      return attack(request);
    case 'gradient':
      return gradient();
    case 'time':
      return time(request.task, request.batch);
    case 'open':
      return openInParts(await known());
    case 'memory':
      return { bytes: 1024 * process.resourceUsage().maxRSS };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const reply = await answer(JSON.parse(line)).catch((error: Error) => ({ error: error.message }));
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
process.exit();
