import type { TestPlan } from '../evaluation/plan.ts';
import { isPlanned, type RunReport } from '../reports/report.ts';
import { definitionOf } from '../runner/configuredAttack.ts';

/**
 * How long the attacks of tests take, relative to each other: by an earlier run, or by the points that they ask about where
 * there was none. A test that the run does not know takes what the others take on average.
 */
export function weightsOf(plans: readonly TestPlan[], earlier: RunReport | undefined): number[] {
  const known = new Map(
    (earlier?.tests ?? []).filter(isPlanned).flatMap(({ id, status, time, profile }) => {
      // Opening and the audit are not shared.
      const shared = profile ? time - profile.audit - profile.opening : time;
      return status === 'errored' || !(shared > 0) ? [] : [[id, shared] as const];
    }),
  );
  const times = plans.flatMap(({ id }) => known.get(id) ?? []);
  if (times.length === 0) return plans.map(costOf);
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  return plans.map(({ id }) => known.get(id) ?? mean);
}

/** Points that a test asks about for each image, of a model of which nothing is known yet, times what its images are limited to. */
function costOf({ attacks, dataset }: TestPlan): number {
  const model = { classes: 10, input: { height: 224, width: 224, channels: 3 } } as const;
  const points = attacks.map(({ attack, parameters, choice: { queries = Infinity } }) =>
    Math.min(definitionOf(attack).cost(parameters, model), queries),
  );
  return points.reduce((sum, each) => sum + each, 0) * (dataset?.limit ?? 1000);
}
