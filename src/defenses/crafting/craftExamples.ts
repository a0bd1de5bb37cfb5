import type { AttackDefinition } from '../../attacks/attackDefinition.ts';
import { catalog } from '../../attacks/catalog.ts';
import { createGoal } from '../../attacks/goal.ts';
import { kinds } from '../../attacks/kind.ts';
import { firstFew } from '../../data/firstFew.ts';
import type { Pixels } from '../../data/image.ts';
import type { Norm } from '../../geometry/norms.ts';
import type { ConfiguredAttack } from '../../runner/configuredAttack.ts';
import { exampleSeed } from '../../runner/exampleSeed.ts';
import { runAttack } from '../../runner/runAttack.ts';
import { judgeAll, type Victim } from '../../runner/victim.ts';
import { UserError } from '../../userError.ts';

/** An image with its true class; `sha256` seeds the randomness of the attacks on it. */
export interface KnownImage {
  readonly pixels: Pixels;
  readonly label: number;
  readonly sha256: string;
}

/** An attack's adversarial example: the model takes it for another class than its true one. */
export interface CraftedExample {
  readonly pixels: Pixels;
  /** Index of the true class. */
  readonly label: number;
  /** Id in the catalog, and the norm and budget it was run with. */
  readonly attack: string;
  readonly norm: Norm;
  readonly epsilon?: number;
  /** Index of the original among the given images. */
  readonly original: number;
}

export interface CraftingOptions {
  readonly seed: number;
  readonly signal?: AbortSignal;
  /** Images attacked so far, over all attacks, out of `total`. */
  onProgress?(done: number, total: number): void;
}

/**
 * Runs each attack on every image that the model gets right, and returns the successes: attack by attack, in the order
 * of the images. The result for an image does not depend on the others; there may be no success at all.
 * @throws UserError for an unknown attack, or one that needs more than the model can answer.
 */
export async function craftExamples(
  victim: Victim,
  images: readonly KnownImage[],
  attacks: readonly ConfiguredAttack[],
  { seed, signal, onProgress }: CraftingOptions,
): Promise<CraftedExample[]> {
  const eligible = await rightAbout(victim, images, signal);
  const total = attacks.length * eligible.length;
  let done = 0;
  const crafted: CraftedExample[] = [];
  for (const attack of attacks) {
    const { norm, epsilon } = attack.choice;
    const run = runAttack(
      { victim, attack, stopAtSuccess: attackToLearnFrom(attack.attack).fixedBudget, signal },
      eligible.map((place) => {
        const { pixels, label, sha256 } = images[place] as KnownImage;
        return { image: pixels, goal: createGoal(label), seed: exampleSeed(seed, sha256) };
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
      crafted.push({ pixels, label, attack: attack.attack, norm, ...(epsilon !== undefined && { epsilon }), original });
    }
  }
  return crafted;
}

/** The attack of the catalog with this id. @throws UserError when there is none that makes adversarial examples. */
export function attackToLearnFrom(id: string): AttackDefinition {
  const attack = catalog.get(id);
  if (attack && kinds[attack.kind].isAdversarial) return attack;
  const known = [...catalog.values()].filter(({ kind }) => kinds[kind].isAdversarial).map(({ id }) => id);
  throw new UserError(`There is no attack "${id}" to learn from. Choose among ${firstFew(known)}.`);
}

/** Indices of the images that the victim gets right. */
async function rightAbout(
  victim: Victim,
  images: readonly KnownImage[],
  signal: AbortSignal | undefined,
): Promise<number[]> {
  const judgments = await judgeAll(victim, images, ({ pixels }) => pixels, signal);
  return judgments.flatMap(({ decision }, place) => (decision === images[place]?.label ? [place] : []));
}
