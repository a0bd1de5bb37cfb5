// Perturb's side, bundled and in a process of its own, which runs the attack for every line that it is sent.
// Arguments: TASK, as JSON, and the built thread for ONNX Runtime.
import { createInterface } from 'node:readline';
import type { AttackDefinition } from '../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../src/attacks/catalog.ts';
import { computingOf } from '../../../src/engine/computing.ts';
import { digits, openDigits } from '../../crosscheck/digits.ts';
import { outcomesOf, type Run } from '../../support/runs.ts';
import { median } from '../median.ts';
import type { Answer, Task } from './comparison.ts';

const task: Task = JSON.parse(process.argv[2] ?? '');
const classifier = await openDigits(computingOf(process.env).models.threads, process.argv[3]);
const subjects = digits(false);
const attack = catalog.get(task.attack) as AttackDefinition;

function runOf(task: Task): Run {
  if (task.attack === 'auto') return { classifier, budget: { norm: 'linf', epsilon: task.epsilon } };
  if (task.attack === 'square') {
    const { queries, epsilon } = task;
    return { classifier, parameters: { queries }, budget: { norm: 'linf', epsilon } };
  }
  const { attack: _, ...parameters } = task;
  return { classifier, parameters, budget: { norm: 'l2', epsilon: Infinity }, stopAtSuccess: false };
}

async function measure(): Promise<Answer> {
  const start = performance.now();
  const outcomes = await outcomesOf(attack, runOf(task), subjects);
  const seconds = (performance.now() - start) / 1000;
  const distances = outcomes.map(({ best }) => (best?.success ? best.norms.l2 : Infinity));
  const middle = median(distances);
  return {
    name: `Perturb (${classifier.engine})`,
    seconds,
    robust: distances.filter((distance) => distance === Infinity).length / distances.length,
    ...(task.attack === 'cw' && Number.isFinite(middle) ? { distance: middle } : {}),
  };
}

for await (const _ of createInterface({ input: process.stdin })) console.log(JSON.stringify(await measure()));
process.exit();
