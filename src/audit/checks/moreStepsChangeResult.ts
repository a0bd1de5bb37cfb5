import type { Budget } from '../../geometry/budget.ts';
import { distanceOf } from '../../runner/conversation.ts';
import { type Check, isTelling } from '../check.ts';
import { clearlyNearer, countSuccesses, type Trial } from '../trial.ts';

/** An attack that takes more points than this for an image is not repeated. */
const mostPoints = 400;

/** An attack that finds more, or what is clearly nearer, when it is given more steps had not arrived when it stopped. */
export const moreStepsChangeResult: Check = {
  id: 'more-steps-change-result',
  async examine(trial) {
    const { choice, attack, conditions, subjects, result, configure } = trial;
    if (!('steps' in attack.parameters)) return undefined;
    const { budget = { norm: choice.norm, epsilon: Infinity } } = attack.fixedBudget ? result : {};
    const { steps } = configure(attack, choice.parameters, budget).parameters as { steps: number };
    const doubled = {
      ...choice.parameters,
      steps: 2 * steps,
      // More starting points would be more of another thing.
      ...('restarts' in attack.parameters ? { restarts: 1 } : {}),
    };
    const { classes, input } = conditions.victim;
    const model = { classes: classes.length, input };
    if (attack.cost(configure(attack, doubled, budget).parameters, model) > mostPoints) return undefined;
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
  { attack, choice, subjects, result, run }: Trial,
  given: Readonly<Record<string, unknown>>,
  budget: Budget,
): Promise<number> {
  if (attack.fixedBudget) return countSuccesses(await run(attack, given, budget, result.held));
  const outcomes = await run(attack, given, budget, subjects);
  const nearer = outcomes.map(
    (outcome, i) => distanceOf(outcome, choice.norm) < clearlyNearer * (result.distances[i] as number),
  );
  return nearer.filter(Boolean).length;
}
