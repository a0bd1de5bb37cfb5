import { catalog } from '../../attacks/catalog.ts';
import type { AttackDefinition } from '../../attacks/definition.ts';
import { createGoal } from '../../attacks/goal.ts';
import { firstFew } from '../../data/firstFew.ts';
import type { Pixels } from '../../data/image.ts';
import { seedOf } from '../../evaluation/subjects.ts';
import type { Norm } from '../../geometry/norms.ts';
import type { Classifier } from '../../models/classifier.ts';
import { argmax } from '../../models/functional.ts';
import { completeParameters } from '../../parameters/complete.ts';
import { budgetOnGrid } from '../../runner/projection.ts';
import { runAttack } from '../../runner/runAttack.ts';
import { UserError } from '../../userError.ts';
import type { TrainingAttack } from '../plan.ts';

/** An image with its true class; `sha256` seeds the randomness of the attacks on it. */
export interface KnownImage {
  readonly pixels: Pixels;
  readonly label: number;
  readonly sha256: string;
}

/** What an attack made of an image: the model takes it for another class than its true one. */
export interface CraftedExample {
  readonly pixels: Pixels;
  /** Index of the true class. */
  readonly label: number;
  /** Id in the catalog, and the norm and budget that it was run with. */
  readonly attack: string;
  readonly norm: Norm;
  readonly epsilon?: number;
  /** Place of the original among the images that were given. */
  readonly original: number;
}

export interface CraftingOptions {
  readonly seed: number;
  readonly signal?: AbortSignal;
  /** Adversarial examples live on the 8-bit grid. */
  readonly quantize: boolean;
  /** Images attacked so far, over all attacks, of `total`. */
  onProgress?(done: number, total: number): void;
}

/**
 * Runs each attack on every image that the model gets right, and gives back what succeeded: attack by attack, in the order of
 * the images. What it makes of one image does not depend on the others; nothing may come of it at all.
 * @throws UserError for an unknown attack, or one that asks more than the model can answer.
 */
export async function craftExamples(
  classifier: Classifier,
  images: readonly KnownImage[],
  attacks: readonly TrainingAttack[],
  { seed, signal, quantize, onProgress }: CraftingOptions,
): Promise<CraftedExample[]> {
  const eligible = await rightAbout(classifier, images, signal);
  const total = attacks.length * eligible.length;
  let done = 0;
  const crafted: CraftedExample[] = [];
  for (const { attack: id, norm, epsilon, preset, parameters } of attacks) {
    const attack = attackNamed(id);
    const budget = { norm, epsilon: attack.fixedBudget ? (epsilon as number) : Infinity };
    const run = runAttack(
      {
        classifier,
        attack,
        parameters: completeParameters(attack, parameters, preset, quantize ? budgetOnGrid(budget) : budget),
        budget,
        quantize,
        stopAtSuccess: attack.fixedBudget,
        signal,
      },
      eligible.map((place) => {
        const { pixels, label, sha256 } = images[place] as KnownImage;
        return { image: pixels, goal: createGoal(label), seed: seedOf(seed, sha256) };
      }),
    );
    const found = new Map<number, Pixels>();
    for await (const { index, best } of run) {
      if (best?.success) found.set(eligible[index] as number, best.point);
      onProgress?.(++done, total);
    }
    for (const original of eligible) {
      const pixels = found.get(original);
      if (pixels === undefined) continue;
      const { label } = images[original] as KnownImage;
      crafted.push({ pixels, label, attack: id, norm, ...(attack.fixedBudget && { epsilon }), original });
    }
  }
  return crafted;
}

function attackNamed(id: string): AttackDefinition {
  const attack = catalog.get(id);
  if (attack?.kind === 'attack') return attack;
  const known = [...catalog.values()].filter(({ kind }) => kind === 'attack').map(({ id }) => id);
  throw new UserError(`There is no attack "${id}" to learn from. Choose among ${firstFew(known)}.`);
}

/** Places of the images that the model gets right. */
async function rightAbout(
  classifier: Classifier,
  images: readonly KnownImage[],
  signal: AbortSignal | undefined,
): Promise<number[]> {
  const right: number[] = [];
  for (let from = 0; from < images.length; from += classifier.batchSize) {
    signal?.throwIfAborted();
    const batch = images.slice(from, from + classifier.batchSize);
    const logits = await classifier.logits(batch.map(({ pixels }) => pixels));
    for (const [i, { label }] of batch.entries()) {
      if (argmax(logits[i] as Float32Array) === label) right.push(from + i);
    }
  }
  return right;
}
