import { catalog } from '../attacks/catalog.ts';
import type { Classifier } from '../models/classifier.ts';
import { completeParameters } from '../parameters/complete.ts';
import { budgetOnGrid } from '../runner/projection.ts';
import type { TestPlan } from './plan.ts';

/** What a test comes to where its attack never succeeds early: wall-clock time, and the number of images. */
export interface Estimate {
  readonly seconds: number;
  readonly images: number;
}

/** From how many seconds on an estimate is worth a line of output. */
export const longRun = 30;

/**
 * About how many points one image takes, over all budgets of a test.
 * @throws RangeError for a parameter that is an amount without a value, or an attack that does not exist.
 */
export function pointsPerImage(plan: TestPlan, model: Pick<Classifier, 'classes' | 'input'>): number {
  const attack = catalog.get(plan.attack);
  if (attack === undefined) throw new RangeError(`There is no attack "${plan.attack}".`);
  const size = { classes: model.classes.length, input: model.input };
  const budgets = attack.fixedBudget ? plan.epsilons : [Infinity];
  return budgets
    .map((epsilon) => {
      const stated = { norm: plan.norm, epsilon };
      const budget = plan.quantize ? budgetOnGrid(stated) : stated;
      return attack.cost(completeParameters(attack, plan.parameters, plan.preset, budget), size);
    })
    .reduce((sum, points) => sum + points, 0);
}

/** A time in seconds for people, rounded up: "45 s", "12 min", "3 h". */
export function formatDuration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 120) return `${whole} s`;
  const minutes = Math.ceil(whole / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.ceil(minutes / 60)} h`;
}

/** One line on a test that may take long, "signs › PGD: about 12 min"; `undefined` for one that does not. */
export function describeEstimate({ id }: Pick<TestPlan, 'id'>, estimate: Estimate | undefined): string | undefined {
  if (estimate === undefined || estimate.seconds <= longRun) return undefined;
  return `${id}: about ${formatDuration(estimate.seconds)}`;
}
