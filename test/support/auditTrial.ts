import { createGoal } from '../../src/attacks/goal.ts';
import type { AuditOptions } from '../../src/audit/audit.ts';
import type { Check } from '../../src/audit/check.ts';
import { createTrial, type TrialOptions } from '../../src/audit/trial.ts';
import { levelOf, valueAt } from '../../src/data/grid.ts';
import type { Pixels } from '../../src/data/image.ts';
import type { AttackedRound } from '../../src/evaluation/evaluate.ts';
import type { TestPlan } from '../../src/evaluation/plan.ts';
import type { DifferentiableClassifier } from '../../src/models/classifier.ts';
import { argmax } from '../../src/models/functional.ts';
import { definitionOf } from '../../src/runner/configuredAttack.ts';
import { distanceOf } from '../../src/runner/conversation.ts';
import { victimOf } from '../../src/runner/victim.ts';
import { tanhNetwork } from './smoothClassifier.ts';

/** What a test is about: its plan, the model, and the images, which the model gets right. */
export interface Audited {
  readonly plan: TestPlan;
  readonly classifier: DifferentiableClassifier;
  readonly images: readonly Pixels[];
  /** The class that the attack wants; any other than the model's own where it is missing. */
  readonly target?: number;
  /** What the attack came to; found by running it where it is missing. */
  readonly rounds?: readonly AttackedRound[];
  readonly surrogates?: readonly DifferentiableClassifier[];
}

/** What an audit needs of a test. */
export async function auditOptionsOf(audited: Audited): Promise<AuditOptions & TrialOptions> {
  const { plan, classifier, images, target, surrogates = [] } = audited;
  const conditions = { victim: victimOf(classifier) };
  const rows = await classifier.logits(images);
  const subjects = images.map((image, seed) => {
    const label = argmax(rows[seed] as Float32Array);
    return { image, load: async () => image, seed, goal: createGoal(label, target === label ? undefined : target) };
  });
  const rounds = audited.rounds ?? (await attack(plan, { conditions, subjects, rounds: [] }));
  return { conditions, subjects, rounds, surrogates: surrogates.map(victimOf) };
}

/** What a check says of a test. */
export async function examine(check: Check, audited: Audited): Promise<string | undefined> {
  return check.examine(createTrial(audited.plan, await auditOptionsOf(audited)));
}

/** Why a check cannot be made on a test. */
export async function obstacle(check: Check, audited: Audited): Promise<string | undefined> {
  return check.obstacle?.(createTrial(audited.plan, await auditOptionsOf(audited)));
}

/** A round in which the first images were fooled at this distance, and the others held. */
export function roundOf(epsilon: number | undefined, fooled: number, total: number, distance = 0.1): AttackedRound {
  const distances = Array.from({ length: total }, (_, i) => (i < fooled ? distance : Infinity));
  return { ...(epsilon === undefined ? {} : { epsilon }), distances, queries: { points: 0, gradients: 0 } };
}

/** Images whose values are the same pseudo-random numbers every time, between these bounds. */
export function imagesOf(count: number, size: number, [low, high] = [0, 1]): Pixels[] {
  let state = 1;
  const next = () => {
    state = (1103515245 * state + 12345) % 2 ** 31;
    return low + (high - low) * (state / 2 ** 31);
  };
  return Array.from({ length: count }, () => Float32Array.from({ length: size }, next));
}

const shape = { height: 3, width: 3, channels: 1 } as const;
const weightsOf = (rows: number, columns: number, seed: number, size: number) =>
  imagesOf(rows + seed, columns, [-size, size])
    .slice(seed)
    .map((row) => [...row]);

/** A small network of three classes, as ordinary as can be; its cousin differs a little in all weights. */
export const ordinary = tanhNetwork(weightsOf(6, 9, 0, 2), [0, 0, 0, 0, 0, 0], weightsOf(3, 6, 9, 3), shape, 8);
export const cousin = tanhNetwork(
  weightsOf(6, 9, 0, 2.1),
  [0.05, 0, -0.05, 0.05, 0, 0],
  weightsOf(3, 6, 9, 3),
  shape,
  8,
);

/** Images for the ordinary network, on the 8-bit grid. */
export const ordinaryImages = imagesOf(30, 9).map((image) => image.map((value) => valueAt(levelOf(value))));

/** The same classifier, but for what it is shown in place of an image. */
export function seeing(
  classifier: DifferentiableClassifier,
  change: (image: Pixels) => Pixels,
): DifferentiableClassifier {
  return {
    ...classifier,
    logits: (images) => classifier.logits(images.map(change)),
    pullback: (images, functionals) => classifier.pullback(images.map(change), functionals),
  };
}

/** The same classifier, but for its gradients. */
export function withGradients(
  classifier: DifferentiableClassifier,
  change: (gradient: Float32Array, image: Pixels) => Float32Array,
): DifferentiableClassifier {
  return {
    ...classifier,
    async pullback(images, functionals) {
      const answer = await classifier.pullback(images, functionals);
      const gradients = answer.gradients.map((list, i) =>
        list.map((gradient) => change(gradient, images[i] as Pixels)),
      );
      return { ...answer, gradients };
    },
  };
}

async function attack(plan: TestPlan, { conditions, subjects }: TrialOptions): Promise<AttackedRound[]> {
  const trial = createTrial(plan, { conditions, subjects, rounds: [] });
  const rounds: AttackedRound[] = [];
  for (const { attack, choice } of plan.attacks) {
    const { norm, epsilon, parameters } = choice;
    const budget = { norm, epsilon: epsilon ?? Infinity };
    const outcomes = await trial.run(definitionOf(attack), parameters, budget, subjects);
    const distances = outcomes.map((outcome) => distanceOf(outcome, norm));
    const sumOf = (what: 'points' | 'gradients') => outcomes.reduce((sum, { queries }) => sum + queries[what], 0);
    const queries = { points: sumOf('points'), gradients: sumOf('gradients') };
    rounds.push({ ...(epsilon !== undefined && { epsilon }), distances, queries });
  }
  return rounds;
}
