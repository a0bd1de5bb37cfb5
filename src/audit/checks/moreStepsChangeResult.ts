import type { Budget } from '../../geometry/budget.ts';
import { distanceOf } from '../../runner/conversation.ts';
import type { Check } from '../check.ts';
import { passesOf } from '../passes.ts';
import { isTelling } from '../telling.ts';
import { clearlyNearer, countSuccesses, type Trial } from '../trial.ts';

/** An attack that finds more, or what is clearly nearer, when it is given more steps had not arrived when it stopped. */
export const moreStepsChangeResult: Check = {
  id: 'more-steps-change-result',
  obstacle: ({ attack }) => ('steps' in attack.parameters ? undefined : `${attack.title} has no number of steps`),
  cost(trial) {
    const { attack, conditions, subjects, result, configure } = trial;
    const { given, budget } = repetitionOf(trial);
    const { classes, input } = conditions.victim;
    const { parameters } = configure(attack, given, budget);
    const points = attack.cost(parameters, { classes: classes.length, input }) + 1;
    const images = attack.fixedBudget ? result.held : subjects;
    return images.length * passesOf({ points, gradients: attack.threatModel === 'white-box' ? points : 0 });
  },
  async examine(trial) {
    const { attack, subjects, result } = trial;
    const { steps, given, budget } = repetitionOf(trial);
    const found = await countImproved(trial, given, budget);
    if (!isTelling(found, subjects.length)) return undefined;
    const what = attack.fixedBudget
      ? `fools ${found} of the ${result.held.length} images that held (${subjects.length} were looked at)`
      : `finds examples at less than ${100 * clearlyNearer(subjects.length)}% of the distance on ${found} of ${subjects.length} images`;
    return `With ${2 * steps} steps instead of ${steps}, ${attack.title} ${what}.`;
  },
};

/** The attack of the test with twice its steps. */
function repetitionOf({ attack, choice, result, configure }: Trial) {
  const { budget = { norm: choice.norm, epsilon: Infinity } } = attack.fixedBudget ? result : {};
  const { steps } = configure(attack, choice.parameters, budget).parameters as { steps: number };
  const given = {
    ...choice.parameters,
    steps: 2 * steps,
    // More starting points would be more of another thing.
    ...('restarts' in attack.parameters ? { restarts: 1 } : {}),
  };
  return { steps, given, budget };
}

/** Images of the sample on which the attack with these parameters finds what it had not found. */
async function countImproved(
  { attack, choice, subjects, result, run }: Trial,
  given: Readonly<Record<string, unknown>>,
  budget: Budget,
): Promise<number> {
  if (attack.fixedBudget) return countSuccesses(await run(attack, given, budget, result.held));
  const nearer = clearlyNearer(subjects.length);
  const outcomes = await run(attack, given, budget, subjects);
  const improved = outcomes.map(
    (outcome, i) => distanceOf(outcome, choice.norm) < nearer * (result.distances[i] as number),
  );
  return improved.filter(Boolean).length;
}
