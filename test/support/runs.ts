import { type AttackDefinition, completeParameters } from '../../src/attacks/definition.ts';
import type { Pixels } from '../../src/data/image.ts';
import type { Budget } from '../../src/geometry/budget.ts';
import type { Classifier, DifferentiableClassifier } from '../../src/models/classifier.ts';
import { budgetOnGrid } from '../../src/runner/projection.ts';
import { type Outcome, type RunOptions, runAttack, type Subject } from '../../src/runner/runAttack.ts';

/** What a run needs; the rest has the defaults of the attack. */
export interface Run extends Partial<Omit<RunOptions, 'attack' | 'classifier' | 'budget'>> {
  readonly classifier: Classifier;
  readonly budget: Budget;
}

/** Runs an attack with its quick preset, and gives the outcomes in the order of the subjects. */
export async function outcomesOf(
  attack: AttackDefinition,
  { parameters = {}, quantize = false, stopAtSuccess = true, ...rest }: Run,
  subjects: readonly Subject[],
): Promise<Outcome[]> {
  const budget = quantize ? budgetOnGrid(rest.budget) : rest.budget;
  const complete = completeParameters(attack, parameters, 'quick', budget);
  const outcomes: Outcome[] = [];
  for await (const outcome of runAttack({ ...rest, attack, parameters: complete, quantize, stopAtSuccess }, subjects)) {
    outcomes.push(outcome);
  }
  return outcomes.sort((a, b) => a.index - b.index);
}

/** The same classifier, with every point that it is asked about. */
export function recording<C extends DifferentiableClassifier>(classifier: C): C & { readonly asked: Pixels[] } {
  const asked: Pixels[] = [];
  return {
    ...classifier,
    asked,
    logits(images) {
      asked.push(...images.map((image) => image.slice()));
      return classifier.logits(images);
    },
    pullback(images, functionals) {
      asked.push(...images.map((image) => image.slice()));
      return classifier.pullback(images, functionals);
    },
  };
}
