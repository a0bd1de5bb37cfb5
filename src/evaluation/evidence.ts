import type { Case } from './cases.ts';
import type { Comparison } from './comparison.ts';
import type { Metrics } from './metrics.ts';
import type { ExpectedMetric, TestPlan } from './plan.ts';
import type { Round } from './round.ts';

/** Figures that run over the images that a model happens to get right, so that a model that guesses can have good ones. */
const ofEligible: readonly ExpectedMetric[] = ['successRate', 'medianDistance'];

/** Eligible images that a verdict takes, where the test does not say how many. */
export const minimumEligible = 10;

/**
 * The class that a model takes every image for, whatever it shows; `undefined` where it tells them apart, or where all
 * are labeled alike.
 * @param classes names of the model's classes.
 */
export function onlyAnswerTo(
  cases: readonly Pick<Case, 'clean' | 'goal'>[],
  classes: readonly string[],
): string | undefined {
  const labels = new Set(cases.map(({ goal }) => goal.label));
  const [answer, ...others] = new Set(cases.map(({ clean }) => clean.decision));
  return labels.size > 1 && others.length === 0 && answer !== undefined ? classes[answer] : undefined;
}

/**
 * Why expectations that were met prove nothing: the model gives one answer whatever it sees, too few images were attacked,
 * or the model is no better than one that guesses, so that it is attacked on the images that it gets right by chance alone.
 * `undefined` where it tells images apart, there are enough, and clean accuracy is above chance beyond its interval.
 * @param classes number of the model's classes.
 */
export function objectionTo(
  plan: Pick<TestPlan, 'dataset' | 'minimumEligible'>,
  comparisons: readonly Pick<Comparison, 'metric'>[],
  metrics: Metrics & Pick<Round, 'onlyAnswer'>,
  classes: number,
): string | undefined {
  const { onlyAnswer, counts } = metrics;
  if (comparisons.length > 0 && onlyAnswer !== undefined) {
    return `The model takes all ${counts.total} images for "${onlyAnswer}", whatever their labels. What it withstands proves nothing: a model that always answers the same cannot be attacked. Check its weights and preprocessing.`;
  }
  if (!comparisons.some(({ metric }) => ofEligible.includes(metric))) return undefined;
  return objectionByChance(plan, metrics, classes) ?? objectionByNumber(plan, metrics);
}

function objectionByChance(
  { dataset }: Pick<TestPlan, 'dataset'>,
  { cleanAccuracy, intervals, confidence }: Metrics,
  classes: number,
): string | undefined {
  if (dataset === undefined || dataset.labels === 'predictions') return undefined;
  const [low] = intervals.cleanAccuracy ?? [0, 1];
  if (low > 1 / classes) return undefined;
  const [accuracy, chance] = [cleanAccuracy, 1 / classes].map((value) => `${(100 * value).toFixed(1)}%`);
  return `The model is not clearly better than guessing: clean accuracy is ${accuracy} (at least ${(100 * low).toFixed(1)}% with ${100 * confidence}% confidence), and guessing among ${classes} classes gives ${chance}. Attacks on the images it gets right prove nothing. Check labels and preprocessing, or use more images.`;
}

function objectionByNumber(
  { minimumEligible: needed = minimumEligible }: Pick<TestPlan, 'minimumEligible'>,
  { counts: { eligible, total } }: Metrics,
): string | undefined {
  if (eligible >= needed) return undefined;
  return `Only ${eligible} of ${total} images ${eligible === 1 ? 'was' : 'were'} eligible for the attack, and at least ${needed} are needed to judge the test. Use more images, or set "minimumEligible" to ${eligible}.`;
}
