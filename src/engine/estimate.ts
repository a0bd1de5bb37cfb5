import { listDataset } from '../data/dataset.ts';
import { matchLabels } from '../data/labels.ts';
import { type Estimate, longRun, pointsPerImage } from '../evaluation/estimate.ts';
import { noiseImages } from '../evaluation/noiseImages.ts';
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
  if (images === 0) throw new UserError('The test has no images.');
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
async function countImages(
  { dataset, classes: wanted, seed }: TestPlan,
  { classes, input }: DifferentiableClassifier,
): Promise<number> {
  if (dataset === undefined) return noiseImages(input, seed).length;
  const { entries } = await listDataset(dataset);
  const { limit = Infinity } = dataset;
  if (wanted === undefined) return Math.min(entries.length, limit);
  const labels = entries.flatMap(({ label }) => label ?? []);
  const indexOf = matchLabels([...labels, ...wanted], classes);
  const chosen = new Set(wanted.map((name) => indexOf.get(name)));
  return Math.min(labels.filter((label) => chosen.has(indexOf.get(label))).length, limit);
}
