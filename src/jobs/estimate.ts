import { listExamples } from '../data/loadExamples.ts';
import { noiseImages } from '../data/noiseImages.ts';
import { type Estimate, longRun, pointsPerImage } from '../evaluation/estimate.ts';
import type { TestPlan } from '../evaluation/plan.ts';
import { type DifferentiableClassifier, isDifferentiable } from '../models/classifier.ts';
import { UserError } from '../userError.ts';
import type { ModelCache } from './modelCache.ts';

/**
 * Measures how long one point takes, and multiplies. No image of the dataset is read.
 * @throws UserError where the test cannot run either; the signal's reason when `signal` aborts.
 */
export async function estimate(plan: TestPlan, models: ModelCache, signal: AbortSignal): Promise<Estimate> {
  const { classifier } = await models.open(plan.model);
  signal.throwIfAborted();
  if (!isDifferentiable(classifier)) throw new UserError(`The model gives no gradients: ${classifier.obstacle}.`);
  const images = await countImages(plan, classifier);
  const size = Math.min(classifier.batchSize, images);
  const batches = (pointsPerImage(plan, classifier) * images) / size;
  // The first batch makes memory and graphs ready. Where the test is short even at its pace, a second says nothing new.
  let seconds = batches * (await timeBatch(classifier, size, plan.seed));
  signal.throwIfAborted();
  if (seconds > longRun) seconds = batches * (await timeBatch(classifier, size, plan.seed));
  return { seconds, images };
}

/** Seconds that the gradients at some images of noise take. */
async function timeBatch(classifier: DifferentiableClassifier, size: number, seed: number): Promise<number> {
  const noise = noiseImages(classifier.input, seed);
  const batch = Array.from({ length: size }, (_, i) => noise[i % noise.length]?.pixels as Float32Array);
  const functionals = batch.map(() => [{ kind: 'crossEntropy', label: 0 }] as const);
  const start = performance.now();
  await classifier.pullback(batch, functionals);
  return (performance.now() - start) / 1000;
}

/** How many images the test is about, by their names alone. */
async function countImages(plan: TestPlan, { classes, input }: DifferentiableClassifier): Promise<number> {
  const { dataset, seed } = plan;
  if (dataset === undefined) return noiseImages(input, seed).length;
  return (await listExamples({ dataset, classNames: classes, classes: plan.classes, seed })).files.length;
}
