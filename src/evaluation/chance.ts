import type { Metrics } from './metrics.ts';
import type { ExpectedMetric, TestPlan } from './plan.ts';
import type { Comparison } from './verdict.ts';

/** Figures that run over the images that a model happens to get right, so that a model that guesses can have good ones. */
const ofEligible: readonly ExpectedMetric[] = ['successRate', 'medianDistance'];

/**
 * Why expectations that were met prove nothing: a model that is no better than one that guesses is attacked on the images
 * that it gets right by chance alone. `undefined` where its clean accuracy is above chance beyond its interval.
 * @param classes number of the model's classes.
 */
export function objectionByChance(
  { dataset }: Pick<TestPlan, 'dataset'>,
  comparisons: readonly Comparison[],
  { cleanAccuracy, intervals }: Metrics,
  classes: number,
): string | undefined {
  if (dataset === undefined || dataset.labels === 'predictions') return undefined;
  if (!comparisons.some(({ metric }) => ofEligible.includes(metric))) return undefined;
  const [low] = intervals.cleanAccuracy ?? [0, 1];
  if (low > 1 / classes) return undefined;
  const [accuracy, chance] = [cleanAccuracy, 1 / classes].map((value) => `${(100 * value).toFixed(1)}%`);
  return `The model is not clearly better than guessing: clean accuracy is ${accuracy} (at least ${(100 * low).toFixed(1)}% with 95% confidence), and guessing among ${classes} classes gives ${chance}. Attacks on the images it gets right prove nothing. Check labels and preprocessing, or use more images.`;
}
