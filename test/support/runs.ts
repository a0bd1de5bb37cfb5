import type { AttackDefinition } from '../../src/attacks/attackDefinition.ts';
import type { Pixels } from '../../src/data/image.ts';
import type { Budget } from '../../src/geometry/budget.ts';
import type { Classifier, DifferentiableClassifier } from '../../src/models/classifier.ts';
import { configureAttack } from '../../src/runner/configuredAttack.ts';
import type { Outcome, RunOptions, Subject } from '../../src/runner/conversation.ts';
import { runAttack } from '../../src/runner/runAttack.ts';
import { victimOf } from '../../src/runner/victim.ts';

/** What a run needs; the rest has the defaults of the attack. */
export interface Run extends Partial<Omit<RunOptions, 'attack' | 'definition' | 'victim'>> {
  readonly classifier: Classifier;
  readonly budget: Budget;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly quantize?: boolean;
  readonly queries?: number;
}

/** Runs an attack with its quick preset, and gives the outcomes in the order of the subjects. */
export async function outcomesOf(
  definition: AttackDefinition,
  run: Run,
  subjects: readonly Subject[],
  runner: typeof runAttack = runAttack,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for await (const outcome of runner(optionsOf(definition, run), subjects)) outcomes.push(outcome);
  return outcomes.sort((a, b) => a.index - b.index);
}

/** A run as the runner takes it. */
export function optionsOf(
  definition: AttackDefinition,
  { classifier, budget, parameters = {}, quantize = false, queries, stopAtSuccess = true, ...rest }: Run,
): RunOptions {
  const choice = {
    ...budget,
    parameters,
    preset: 'quick',
    quantize,
    ...(queries !== undefined && { queries }),
  } as const;
  const attack = configureAttack(definition, choice);
  return { ...rest, victim: victimOf(classifier), attack, definition, stopAtSuccess };
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
