import { Random } from '../../../demo/training/random.ts';
import { type Identity, randomIdentity } from './identity.ts';
import { renderFace } from './renderFace.ts';

/** People that share no one: to train with, to measure with, enrolled in the demo, and strangers to it. */
const GROUPS = { training: 1, heldOut: 2, enrolled: 3, strangers: 4 } as const;
export type Group = keyof typeof GROUPS;

/** Everything is drawn from this seed. */
export const SEED = 2025;

/** Person `index` of a group. */
export function personOf(group: Group, index: number): Identity {
  return randomIdentity(new Random(SEED, GROUPS[group], index));
}

/** Image `number` of that person: RGB pixels from 0 to 255. */
export function portraitOf(group: Group, index: number, number: number): Promise<Uint8Array> {
  return renderFace(personOf(group, index), new Random(SEED, GROUPS[group], index, number + 1));
}

/** Labeled images; image `i` shows person `labels[i]` of the group. */
export interface Portraits {
  images: Uint8Array[];
  labels: number[];
}

/** Renders `each` images of `people` people, one person after the other. */
export async function portraitsOf(group: Group, people: number, each: number): Promise<Portraits> {
  const images: Uint8Array[] = [];
  const labels: number[] = [];
  for (let index = 0; index < people; index++) {
    for (let number = 0; number < each; number++) {
      images.push(await portraitOf(group, index, number));
      labels.push(index);
    }
  }
  return { images, labels };
}
