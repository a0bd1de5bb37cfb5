import { catalog } from '../attacks/catalog.ts';
import { type AttackDefinition, completeParameters } from '../attacks/definition.ts';
import { sample } from '../data/sample.ts';
import type { TestPlan } from '../evaluation/plan.ts';
import type { Budget } from '../geometry/budget.ts';
import type { Norm } from '../geometry/norms.ts';
import type { DifferentiableClassifier } from '../models/classifier.ts';
import { budgetOnGrid } from '../runner/projection.ts';
import { type Outcome, type RunOptions, runAttack, type Subject } from '../runner/runAttack.ts';
import { UserError } from '../userError.ts';

/** Images that the audit looks at: enough to see what makes a result worthless, few enough to cost little. */
const sampleSize = 16;

/** What a minimum-norm attack found counts as beaten by an example at less than this part of its distance. */
export const clearlyNearer = 0.9;

/** How a test runs attacks: the model, and whatever else is the same for every attack on it. */
export type RunConditions = Omit<RunOptions, 'attack' | 'parameters' | 'budget' | 'stopAtSuccess'>;

/** What a round of the test came to. */
export interface AuditedRound {
  /** The budget as the test states it; missing for attacks that minimize the norm. */
  readonly epsilon?: number;
  /** For each subject how far its adversarial example is (see `distanceOf`). */
  readonly distances: readonly number[];
}

/** What a test is audited with. */
export interface AuditOptions {
  /** With a detector, what the test's attacker faces: the audit is about the attack, not about who judges it. */
  readonly conditions: RunConditions;
  /** The images that the test attacked, with their goals. */
  readonly subjects: readonly Subject[];
  readonly rounds: readonly AuditedRound[];
  /** Other models for the same images and classes, whose adversarial examples are tried on this one. */
  readonly surrogates?: readonly DifferentiableClassifier[];
}

/** A test under audit, as its checks see it. */
export interface Trial {
  readonly plan: TestPlan;
  /** The attack of the test. */
  readonly attack: AttackDefinition;
  readonly conditions: RunConditions;
  /** The sample of the test's images. */
  readonly subjects: readonly Subject[];
  /** What the attack came to on all images, the smallest budget first. */
  readonly rounds: readonly AuditedRound[];
  /** What it came to on the sample, at the budget that tells most. */
  readonly result: Result;
  readonly surrogates: readonly DifferentiableClassifier[];
  /**
   * Runs an attack on some of the images, under the conditions of the test.
   * @param given parameters; the test's preset has the rest.
   * @returns the outcomes in the order of the images.
   */
  run(
    attack: AttackDefinition,
    given: Readonly<Record<string, unknown>>,
    budget: Budget,
    subjects: readonly Subject[],
  ): Promise<Outcome[]>;
}

/** The result that is doubted. */
export interface Result {
  /** What another attack may spend on the images that held. Missing where nothing tells: no example was found at all. */
  readonly budget?: Budget;
  readonly held: readonly Subject[];
  readonly fooled: readonly Subject[];
  /** For each image of the sample how far its example is in the norm of the test; `Infinity` where there is none. */
  readonly distances: readonly number[];
}

/**
 * Draws the sample and picks the result to doubt. Of several budgets that is the largest at which an image of the sample
 * held. A minimum-norm attack is read as one with a budget, the median distance that it found: what is that far counts as
 * held, and other attacks get nine tenths of it, so that hair-breadths count for nothing.
 * @throws UserError when the plan names no attack.
 */
export function createTrial(plan: TestPlan, options: AuditOptions): Trial {
  const attack = definitionOf(plan.attack);
  const { conditions, surrogates = [] } = options;
  const places = sample([...options.subjects.keys()], (i) => options.subjects[i]?.goal.label, sampleSize, plan.seed);
  const subjects = places.map((i) => options.subjects[i] as Subject);
  const rounds = [...options.rounds].sort((a, b) => (a.epsilon ?? 0) - (b.epsilon ?? 0));
  const results = rounds.map(({ epsilon, distances }) =>
    resultOf(
      plan,
      epsilon,
      subjects,
      places.map((i) => distances[i] as number),
    ),
  );
  const nothing = { held: [], fooled: [], distances: [] };
  const result = results.findLast(({ held }) => held.length > 0) ?? results.at(-1) ?? nothing;
  return {
    plan,
    attack,
    conditions,
    subjects,
    rounds,
    result,
    surrogates,
    async run(attack, given, budget, subjects) {
      const { quantize } = conditions;
      const parameters = completeParameters(attack, given, plan.preset, quantize ? budgetOnGrid(budget) : budget);
      const run = { ...conditions, attack, parameters, budget, stopAtSuccess: attack.fixedBudget };
      return outcomesOf(run, subjects);
    },
  };
}

/** The attack of the catalog with this id. */
export function definitionOf(id: string): AttackDefinition {
  const attack = catalog.get(id);
  if (attack === undefined) throw new UserError(`There is no attack "${id}".`);
  return attack;
}

/** The outcomes of an attack in the order of the images. */
export async function outcomesOf(options: RunOptions, subjects: readonly Subject[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for await (const outcome of runAttack(options, subjects)) outcomes[outcome.index] = outcome;
  return outcomes;
}

/** How far the adversarial example of an attack is in a norm; `Infinity` where there is none. */
export function distanceOf({ best }: Outcome, norm: Norm): number {
  return best?.success ? best.norms[norm] : Infinity;
}

/** How many outcomes are successes. */
export function countSuccesses(outcomes: readonly Outcome[]): number {
  return outcomes.filter(({ best }) => best?.success).length;
}

function resultOf(
  { norm }: TestPlan,
  epsilon: number | undefined,
  subjects: readonly Subject[],
  distances: readonly number[],
): Result {
  const bound = epsilon ?? middleDistance(distances);
  const hasHeld = (i: number) => {
    const distance = distances[i] as number;
    return epsilon === undefined ? !(distance < bound) : distance === Infinity;
  };
  const allowed = epsilon ?? clearlyNearer * bound;
  return {
    ...(Number.isFinite(allowed) ? { budget: { norm, epsilon: allowed } } : {}),
    held: subjects.filter((_, i) => hasHeld(i)),
    fooled: subjects.filter((_, i) => !hasHeld(i)),
    distances,
  };
}

/** The median of the distances, or where most held the largest that was found. */
function middleDistance(distances: readonly number[]): number {
  const sorted = distances.toSorted((a, b) => (a < b ? -1 : Number(a > b)));
  const median = sorted[Math.floor(sorted.length / 2)] ?? Infinity;
  return median < Infinity ? median : (sorted.findLast((distance) => distance < Infinity) ?? Infinity);
}
