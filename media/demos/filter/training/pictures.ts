import { Random } from '../../../demo/training/random.ts';
import type { Renderings } from '../../../demo/training/renderings.ts';
import { photograph } from '../../training/photograph.ts';
import { CLASSES, drawPicture } from './drawPicture.ts';

/** Families of seeds, so that no picture is in two of them. */
const SPLITS = { training: 1, heldOut: 2, known: 3, uploads: 4 } as const;
export type Split = keyof typeof SPLITS;

/** Everything is drawn from this seed. */
export const SEED = 2026;

/** Renders `each` pictures of each class, one class after the other. */
export async function picturesOf(split: Split, each: number): Promise<Renderings> {
  const images: Uint8Array[] = [];
  const labels: number[] = [];
  for (const [label, shown] of CLASSES.entries()) {
    for (let number = 0; number < each; number++) {
      const random = new Random(SEED, SPLITS[split], label, number);
      images.push(await photograph(drawPicture(shown, random), random));
      labels.push(label);
    }
  }
  return { images, labels };
}
