import type { Replayed } from '../../src/corpus/replay.ts';
import type { Norm } from '../../src/geometry/norms.ts';
import { itemKey } from '../../src/page/keys.ts';
import type { ShownExample } from '../../src/page/protocol.ts';
import { fileName } from './format.ts';

/** An example with the properties that the gallery uses for sorting, searching, and naming. */
export interface Item {
  readonly example: ShownExample;
  /** Index in the test's list of examples, as used in messages. */
  readonly place: number;
  /** Identifies the example within its test, even after a reload. */
  readonly key: string;
  /** Size of the perturbation that fooled the model, in the attack's norm; infinite if none did. */
  readonly distance: number;
  /** The model's confidence in its last prediction; 0 if it gives labels only. */
  readonly confidence: number;
  /** What it is found by, in lower case: the file with its folder, and its classes, in lines. */
  readonly names: string;
  /** What became of the known counterexample of the same image and target, if there is one. */
  readonly known?: Replayed;
}

/**
 * The examples in the order of the test: budget by budget, image by image. They are written as they finish.
 * @param former items of earlier examples, which are kept as they are.
 * @param replayed the known counterexamples of the test.
 */
export function toItems(
  examples: readonly ShownExample[],
  norm: Norm,
  former: readonly Item[] = [],
  replayed: readonly Replayed[] = [],
): Item[] {
  const before = new Map(former.map((item) => [item.example, item]));
  const known = new Map(replayed.map((one) => [imageKey(one), one]));
  return examples
    .map((example, place) => before.get(example) ?? toItem(example, place, norm, known.get(imageKey(example))))
    .sort((a, b) => (a.example.epsilon ?? 0) - (b.example.epsilon ?? 0) || a.example.index - b.example.index);
}

function imageKey({ image, target = '' }: Pick<Replayed, 'image' | 'target'>): string {
  return `${image}\n${target}`;
}

function toItem(example: ShownExample, place: number, norm: Norm, known: Replayed | undefined): Item {
  const { image, label, clean, adversarial } = example;
  return {
    example,
    place,
    key: itemKey(example),
    distance: example.status === 'fooled' && example.norms ? example.norms[norm] : Infinity,
    confidence: (adversarial ?? clean).confidence ?? 0,
    ...(known && { known }),
    names: [fileName(image), label, clean.class, adversarial?.class ?? ''].join('\n').toLowerCase(),
  };
}

/** The items that figures are made of: those of the test's own images. */
export function inFigures(items: readonly Item[]): readonly Item[] {
  return items.filter(({ example }) => !example.isOutside);
}

/**
 * One example for each image: of those that were fooled the one at the smallest budget, else the one at the largest.
 * @param items in the order of the test.
 */
export function onePerImage(items: readonly Item[]): Item[] {
  const chosen = new Map<number, Item>();
  for (const item of items) {
    const { index } = item.example;
    if (chosen.get(index)?.example.status !== 'fooled') chosen.set(index, item);
  }
  return [...chosen.values()].sort((a, b) => a.example.index - b.example.index);
}
