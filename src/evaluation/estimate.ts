import { type ConfiguredAttack, definitionOf } from '../runner/configuredAttack.ts';
import type { Victim } from '../runner/victim.ts';
import type { TestPlan } from './plan.ts';

/** What a test comes to where its attack never succeeds early: wall-clock time, and the number of images. */
export interface Estimate {
  readonly seconds: number;
  readonly images: number;
  /** What its queries cost, where the victim charges for them. */
  readonly cost?: number;
}

/** From how many seconds on an estimate is worth a line of output. */
export const longRun = 30;

/** About how many points one image takes, over all budgets of a test. */
export function pointsPerImage(
  { attacks }: { readonly attacks: readonly ConfiguredAttack[] },
  { classes, input }: Pick<Victim, 'classes' | 'input'>,
): number {
  const model = { classes: classes.length, input };
  return attacks.reduce((sum, { attack, parameters }) => sum + definitionOf(attack).cost(parameters, model), 0);
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
