import { createGoal } from '../attacks/goal.ts';
import { listExamples } from '../data/loadExamples.ts';
import { noiseImages } from '../data/noiseImages.ts';
import { type Estimate, longRun, pointsPerImage } from '../evaluation/estimate.ts';
import type { TestPlan } from '../evaluation/plan.ts';
import { type Victim, victimOf } from '../runner/victim.ts';
import type { JobContext } from './job.ts';

/**
 * Measures how long one point takes, and multiplies. No image of the dataset is read.
 * @throws UserError where the test cannot run either; the signal's reason when `signal` aborts.
 */
export async function estimate(plan: TestPlan, { models, signal }: JobContext<never>): Promise<Estimate> {
  const victim = victimOf((await models.open(plan.model)).classifier);
  signal.throwIfAborted();
  const images = await countImages(plan, victim);
  const size = Math.min(victim.batchSize, images);
  const points = pointsPerImage(plan, victim) * images;
  const batches = points / size;
  // The first batch makes memory and graphs ready. Where the test is short even at its pace, a second says nothing new.
  let seconds = batches * (await timeBatch(victim, size, plan.seed));
  signal.throwIfAborted();
  if (seconds > longRun) seconds = batches * (await timeBatch(victim, size, plan.seed));
  return { seconds, images, ...(victim.costPerQuery !== undefined && { cost: points * victim.costPerQuery }) };
}

/** Seconds that the dearest answers about some images of noise take. */
async function timeBatch(victim: Victim, size: number, seed: number): Promise<number> {
  const noise = noiseImages(victim.input, seed);
  const goal = createGoal(0);
  const asks = Array.from({ length: size }, (_, i) => ({
    point: noise[i % noise.length]?.pixels as Float32Array,
    goal,
    ...(victim.access === 'gradients' && { functionals: [goal.loss] }),
  }));
  const start = performance.now();
  await victim.answer(asks);
  return (performance.now() - start) / 1000;
}

/** How many images the test is about, by their names alone. */
async function countImages(plan: TestPlan, { classes, input }: Victim): Promise<number> {
  const { dataset, seed } = plan;
  if (dataset === undefined) return noiseImages(input, seed).length;
  return (await listExamples({ dataset, classNames: classes, classes: plan.classes, seed })).files.length;
}
