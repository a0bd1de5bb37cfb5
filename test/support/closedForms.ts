import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AttackDefinition } from '../../src/attacks/attackDefinition.ts';
import { createGoal } from '../../src/attacks/goal.ts';
import { valueAt } from '../../src/data/grid.ts';
import type { Pixels } from '../../src/data/image.ts';
import { linearClassifier } from './linearClassifier.ts';
import { outcomesOf, type Run, recording } from './runs.ts';

/**
 * Three classes on images of seven pixels: the logits are 40, 32 − ⟨u, x⟩ and −2000 + ⟨u, x⟩, where ⟨u, x⟩ is at most
 * 1.25. Class 0 is always the prediction, so no attack stops early. The gradient of its cross-entropy is −p₁ u, that of
 * minus class 2's is (1 + p₁) u: opposite directions, so a targeted attack cannot pass for an untargeted one.
 *
 * u has signed powers of two with ‖u‖ = 1, so u / ‖u‖₂ = u and everything below is exact.
 */
const u = [1 / 2, -1 / 2, 1 / 2, -1 / 4, 1 / 4, -1 / 4, 1 / 4];
const size = u.length;
const shape = { height: 1, width: size, channels: 1 } as const;

const goals = { untargeted: createGoal(0), targeted: createGoal(0, 2) };
export type Aim = keyof typeof goals;
export const aim = fc.constantFrom<Aim>('untargeted', 'targeted');

/** The classifier of these weights, an image for it, and the goal; class 0 is the prediction whatever happens. */
export function constantly(toward: Aim, image: readonly number[], weights: readonly number[] = u) {
  const rows = [weights.map(() => 0), weights.map((weight) => -weight), weights];
  const classifier = linearClassifier(rows, [40, 32, -2000], shape);
  return { classifier, image: Float32Array.from(image), goal: goals[toward] };
}

/** Where one unit of a step goes. */
export function direction(toward: Aim, norm: 'linf' | 'l2'): number[] {
  const away = toward === 'targeted' ? 1 : -1;
  return u.map((weight) => away * (norm === 'linf' ? Math.sign(weight) : weight));
}

/** A power of two of each pixel, relative to the longest: what one gray level of the smallest stands for in l2. */
export const quarters = u.map((weight) => 4 * weight);

export const clip = (value: number) => Math.min(Math.max(value, 0), 1);

/** Images of this many pixels whose values are whole numbers of `unit`. */
export const imagesOf = (unit: number, min: number, max: number) =>
  fc.array(
    fc.integer({ min, max }).map((k) => k * unit),
    { minLength: size, maxLength: size },
  );

/** Gray levels of an image. */
export const levelsOf = (min: number, max: number) =>
  fc.array(fc.integer({ min, max }), { minLength: size, maxLength: size });

/**
 * Asserts that an attack ends exactly where a closed form says, to the last bit: what it proposes at its end, and the
 * candidate that is kept of it.
 */
export async function endsAt(
  attack: AttackDefinition,
  run: Omit<Run, 'classifier'>,
  toward: Aim,
  image: readonly number[],
  expected: readonly number[],
): Promise<void> {
  const { classifier: linear, ...subject } = { ...constantly(toward, image), seed: 1 };
  const classifier = recording(linear);
  const [outcome] = await outcomesOf(attack, { ...run, classifier }, [subject]);
  sameBits(classifier.asked.at(-1), expected);
  sameBits(outcome?.best?.point, expected);
}

/** The same for an image and an end in gray levels, on the grid. */
export function endsAtLevels(
  attack: AttackDefinition,
  run: Omit<Run, 'classifier'>,
  toward: Aim,
  image: readonly number[],
  expected: readonly number[],
): Promise<void> {
  return endsAt(attack, { ...run, quantize: true }, toward, image.map(valueAt), expected.map(valueAt));
}

export function sameBits(actual: Pixels | undefined, expected: Iterable<number>): void {
  // Of zeros the sign does not matter, and 0 + x drops it.
  const plain = (values: Iterable<number>) => Float32Array.from(values, (value) => 0 + value);
  assert.deepEqual(actual && plain(actual), plain(expected));
}
