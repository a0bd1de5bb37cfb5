import type { AttackDefinition } from '../attacks/attackDefinition.ts';
import { sample } from '../data/sample.ts';
import type { Attacked, AttackedImage, AttackedRound } from '../evaluation/evaluate.ts';
import type { TestPlan } from '../evaluation/plan.ts';
import type { Budget } from '../geometry/budget.ts';
import { type AttackChoice, type ConfiguredAttack, configureAttack, definitionOf } from '../runner/configuredAttack.ts';
import type { Outcome, Subject } from '../runner/conversation.ts';
import { outcomesOf } from '../runner/runAttack.ts';
import type { Victim } from '../runner/victim.ts';
import { isTelling } from './telling.ts';

/** Images that an audit looks at, at most: enough to see what makes a result worthless. */
export const mostImages = 16;

/** With fewer images than these, how far a minimum-norm attack had to go is a matter of luck. */
const fewImages = 4;

/** What a minimum-norm attack found counts as beaten by an example at less than this part of its distance. */
export function clearlyNearer(images: number): number {
  return images < fewImages ? 0.5 : 0.9;
}

/** What a trial is made of. */
export interface TrialOptions extends Omit<Attacked, 'subjects'> {
  /** All images that were attacked; those that no sample has may be without pixels. */
  readonly subjects: readonly Subject[];
  /** Other models for the same images and classes, whose adversarial examples are tried on this one. */
  readonly surrogates?: readonly Victim[];
}

/** A test under audit, as its checks see it. */
export interface Trial {
  /** The attack of the test, and what it was configured from but for the budget. */
  readonly attack: AttackDefinition;
  readonly choice: AttackChoice;
  readonly conditions: TrialOptions['conditions'];
  /** The sample of the test's images. */
  readonly subjects: readonly Subject[];
  /** What the attack came to on all images, the smallest budget first. */
  readonly rounds: readonly AttackedRound[];
  /** What it came to on the sample, at the budget that tells most. */
  readonly result: Result;
  readonly surrogates: readonly Victim[];
  /** An attack with some of its parameters; the test's preset has the rest. */
  configure(attack: AttackDefinition, given: Readonly<Record<string, unknown>>, budget: Budget): ConfiguredAttack;
  /**
   * Runs an attack, configured so, on some of the images, under the conditions of the test.
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

/** The places of the images that a sample of so many has. */
function samplePlaces({ seed }: TestPlan, subjects: readonly Pick<Subject, 'goal'>[], images: number): number[] {
  return sample([...subjects.keys()], (i) => subjects[i]?.goal.label, images, seed);
}

/** The attacked images, loaded where a sample of any size may have them. */
export async function loadSamples(plan: TestPlan, attacked: readonly AttackedImage[]): Promise<Subject[]> {
  const drawn = new Set<number>();
  for (let images = 1; images <= mostImages; images++) {
    for (const place of samplePlaces(plan, attacked, images)) drawn.add(place);
  }
  const nothing = new Float32Array();
  return Promise.all(
    attacked.map(async ({ goal, seed, load }, place) => {
      return { goal, seed, image: drawn.has(place) ? await load() : nothing };
    }),
  );
}

/**
 * Draws the sample and picks the result to doubt. Of several budgets that is the largest at which so many images of the
 * sample held that they would tell, or else any did. A minimum-norm attack is read as one with a budget, the median
 * distance that it found: what is that far counts as held, and other attacks get nine tenths of it, so that hair-breadths
 * count for nothing. Of a few images it is the smallest distance, and others get half of it.
 * @param images how many the sample has at most.
 * @throws UserError when the plan names no attack.
 */
export function createTrial(plan: TestPlan, options: TrialOptions, images = mostImages): Trial {
  const [{ attack: id, choice }] = plan.attacks;
  const attack = definitionOf(id);
  const { conditions, surrogates = [] } = options;
  const places = samplePlaces(plan, options.subjects, images);
  const subjects = places.map((i) => options.subjects[i] as Subject);
  const rounds = [...options.rounds].sort((a, b) => (a.epsilon ?? 0) - (b.epsilon ?? 0));
  const results = rounds.map(({ epsilon, distances }) =>
    resultOf(
      choice,
      epsilon,
      subjects,
      places.map((i) => distances[i] as number),
    ),
  );
  const nothing = { held: [], fooled: [], distances: [] };
  const result =
    results.findLast(({ held }) => isTelling(held.length, subjects.length)) ??
    results.findLast(({ held }) => held.length > 0) ??
    results.at(-1) ??
    nothing;
  // The audit questions what the limit of the test leaves open.
  const { queries: _, ...unlimited } = choice;
  const configure: Trial['configure'] = (definition, parameters, { norm, epsilon }) =>
    configureAttack(definition, { ...unlimited, norm, epsilon, parameters });
  return {
    attack,
    choice,
    conditions,
    subjects,
    rounds,
    result,
    surrogates,
    configure,
    run: (definition, given, budget, subjects) =>
      outcomesOf(
        {
          ...conditions,
          attack: configure(definition, given, budget),
          definition,
          stopAtSuccess: definition.fixedBudget,
          asksAgain: true,
        },
        subjects,
      ),
  };
}

/** How many outcomes are successes. */
export function countSuccesses(outcomes: readonly Outcome[]): number {
  return outcomes.filter(({ best }) => best?.success).length;
}

function resultOf(
  { norm }: AttackChoice,
  epsilon: number | undefined,
  subjects: readonly Subject[],
  distances: readonly number[],
): Result {
  const bound = epsilon ?? middleDistance(distances);
  const hasHeld = (i: number) => {
    const distance = distances[i] as number;
    return epsilon === undefined ? !(distance < bound) : distance === Infinity;
  };
  const allowed = epsilon ?? clearlyNearer(subjects.length) * bound;
  return {
    ...(Number.isFinite(allowed) ? { budget: { norm, epsilon: allowed } } : {}),
    held: subjects.filter((_, i) => hasHeld(i)),
    fooled: subjects.filter((_, i) => !hasHeld(i)),
    distances,
  };
}

/** The median of the distances, of a few the smallest, or where most held the largest that was found. */
function middleDistance(distances: readonly number[]): number {
  const sorted = distances.toSorted((a, b) => (a < b ? -1 : Number(a > b)));
  const middle = sorted[sorted.length < fewImages ? 0 : Math.floor(sorted.length / 2)] ?? Infinity;
  return middle < Infinity ? middle : (sorted.findLast((distance) => distance < Infinity) ?? Infinity);
}
