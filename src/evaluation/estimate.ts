import { type ConfiguredAttack, definitionOf } from '../runner/configuredAttack.ts';
import type { Victim } from '../runner/victim.ts';
import type { TestPlan } from './plan.ts';

/** What a test comes to where its attack never succeeds early: wall-clock time, and the number of images. */
export interface Estimate {
  readonly seconds: number;
  readonly images: number;
  /** Images that a model on a server is asked about, those of the audit among them. */
  readonly queries?: number;
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
  const points = ({ attack, parameters, choice: { queries = Infinity } }: ConfiguredAttack) =>
    Math.min(definitionOf(attack).cost(parameters, model), queries);
  return attacks.reduce((sum, attack) => sum + points(attack), 0);
}

/** A time in seconds for people, rounded up: "45 s", "12 min", "3 h". */
export function formatDuration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 120) return `${whole} s`;
  const minutes = Math.ceil(whole / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.ceil(minutes / 60)} h`;
}

/**
 * One line on a test that may take long, "signs › PGD: about 12 min", or whose queries are billed or limited; `undefined` for
 * any other.
 */
export function describeEstimate(
  { id, model: { endpoint } }: Pick<TestPlan, 'id' | 'model'>,
  estimate: Estimate | undefined,
): string | undefined {
  if (estimate === undefined) return undefined;
  const { seconds, queries, cost } = estimate;
  const { maximumQueries: most = Infinity } = endpoint ?? {};
  if (seconds <= longRun && cost === undefined && most === Infinity) return undefined;
  const parts = [`${id}: about ${formatDuration(seconds)}`];
  if (queries !== undefined) parts.push(`up to ${inGroups(queries)} queries`);
  if (cost !== undefined) parts.push(`which cost ${inGroups(cost)}`);
  if (queries !== undefined && queries > most) parts.push(`more than the ${inGroups(most)} of "maximumQueries"`);
  return parts.join(', ');
}

function inGroups(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 2 });
}
