import { completeParameters } from '../../attacks/definition.ts';
import type { Budget } from '../../geometry/budget.ts';
import { type Check, isTelling } from '../check.ts';
import { clearlyNearer, countSuccesses, distanceOf, type Trial } from '../trial.ts';

/** An attack that takes more points than this for an image is not repeated. */
const mostPoints = 400;

/** An attack that finds more, or what is clearly nearer, when it is given more steps had not arrived when it stopped. */
export const moreStepsChangeResult: Check = {
  id: 'more-steps-change-result',
  async examine(trial) {
    const { plan, attack, conditions, subjects, result } = trial;
    if (!('steps' in attack.parameters)) return undefined;
    const { budget = { norm: plan.norm, epsilon: Infinity } } = attack.fixedBudget ? result : {};
    const { steps } = completeParameters(attack, plan.parameters, plan.preset, budget) as { steps: number };
    const doubled = {
      ...plan.parameters,
      steps: 2 * steps,
      // More starting points would be more of another thing.
      ...('restarts' in attack.parameters ? { restarts: 1 } : {}),
    };
    const { classifier } = conditions;
    const model = { classes: classifier.classes.length, input: classifier.input };
    if (attack.cost(completeParameters(attack, doubled, plan.preset, budget), model) > mostPoints) return undefined;
    const found = await countImproved(trial, doubled, budget);
    if (!isTelling(found, subjects.length)) return undefined;
    const what = attack.fixedBudget
      ? `fools ${found} of the ${result.held.length} images that held (${subjects.length} were looked at)`
      : `finds examples more than a tenth nearer on ${found} of ${subjects.length} images`;
    return `With ${2 * steps} steps instead of ${steps}, ${attack.title} ${what}.`;
  },
};

/** Images of the sample on which the attack with these parameters finds what it had not found. */
async function countImproved(
  { attack, plan, subjects, result, run }: Trial,
  given: Readonly<Record<string, unknown>>,
  budget: Budget,
): Promise<number> {
  if (attack.fixedBudget) return countSuccesses(await run(attack, given, budget, result.held));
  const outcomes = await run(attack, given, budget, subjects);
  const nearer = outcomes.map(
    (outcome, i) => distanceOf(outcome, plan.norm) < clearlyNearer * (result.distances[i] as number),
  );
  return nearer.filter(Boolean).length;
}
