import { performance } from 'node:perf_hooks';
import type { AttackDefinition } from '../../src/attacks/attackDefinition.ts';
import { createGoal } from '../../src/attacks/goal.ts';
import { ifgsm } from '../../src/attacks/gradient/ifgsm.ts';
import { planImages } from '../../src/evaluation/planImages.ts';
import type { DifferentiableClassifier } from '../../src/models/classifier.ts';
import { openModel } from '../../src/models/open.ts';
import { runAttack } from '../../src/runner/runAttack.ts';
import { resolvePlans } from '../../src/settings/plans.ts';
import { readWorkspace } from '../../src/settings/readSettings.ts';
import { optionsOf } from '../support/runs.ts';
import type { Measurement } from './measurement.ts';
import { median } from './median.ts';

const turns = 5;
const images = 64;

/** The demo model: 64 images × 10 steps of I-FGSM, every step taken, and what a gradient costs beside a forward pass. */
export async function attackDemo(workspace: string): Promise<Measurement[]> {
  const { plans } = resolvePlans(await readWorkspace(workspace));
  const plan = plans.find(({ name }) => name === 'FGSM 8/255');
  if (plan === undefined) throw new Error('the demo has no test "FGSM 8/255"');
  const { classifier } = await openModel(plan.model);
  const differentiable = classifier as typeof classifier & DifferentiableClassifier;
  const examples = (await planImages(plan, classifier)).images.slice(0, images);
  const subjects = await Promise.all(
    examples.map(async (example, seed) => ({
      image: await example.load(),
      goal: createGoal(example.label ?? 0),
      seed,
    })),
  );

  const attack = async () => {
    const run = runAttack(
      optionsOf(ifgsm as unknown as AttackDefinition, {
        classifier,
        parameters: { steps: 10, stepSize: 1 / 255 },
        budget: { norm: 'linf', epsilon: 8 / 255 },
        quantize: true,
        stopAtSuccess: false,
      }),
      subjects,
    );
    for await (const _ of run);
  };
  const batch = subjects.slice(0, 16).map(({ image }) => image);
  const functionals = batch.map((_, i) => [subjects[i]?.goal.loss ?? createGoal(0).loss]);
  const attackSeconds: number[] = [];
  const forward: number[] = [];
  const gradient: number[] = [];
  await attack();
  for (let turn = 0; turn < turns; turn++) {
    attackSeconds.push((await milliseconds(attack)) / 1000);
    forward.push(await milliseconds(() => classifier.logits(batch)));
    gradient.push(await milliseconds(() => differentiable.pullback(batch, functionals)));
  }
  const engine = classifier.engine;
  return [
    {
      name: `I-FGSM, ${images} demo images × 10 steps, ${engine}`,
      value: median(attackSeconds),
      unit: 's',
      atMost: 20,
    },
    { name: `demo net, batch 16, forward, ${engine}`, value: median(forward), unit: 'ms' },
    { name: `demo net, batch 16, gradient, ${engine}`, value: median(gradient), unit: 'ms' },
    { name: 'demo net, gradient / forward', value: median(gradient) / median(forward), unit: '×' },
  ];
}

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
