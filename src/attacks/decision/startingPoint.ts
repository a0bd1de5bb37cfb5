import { uniformInt } from 'pure-rand/distribution/uniformInt';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { Pixels } from '../../data/image.ts';
import { uniformVector } from '../../geometry/randomVector.ts';
import type { Attempt } from '../attackDefinition.ts';
import type { Asking } from '../dialogue.ts';
import { reaches } from './boundarySearch.ts';

/** Noise that is tried before it is given up. */
const mostNoise = 100;
/** Images that are tried: the victim has answered about them before, so more than one matter only where it varies. */
const mostImages = 10;

/**
 * A point where the goal is reached, from which attacks by predictions alone go toward the image: uniform noise, or where a
 * class is wanted, one of the images that are taken for it (Brendel et al. 2018, arXiv:1712.04248, section 2.1). What is
 * tried first is tried after the other as well.
 * @returns `undefined` where there is none: the attack has nothing to follow.
 */
export function* startingPoint({ image, goal, random, starts }: Attempt<unknown>): Asking<Pixels | undefined> {
  const images = () => drawn(starts, random);
  const noise = () => noiseLike(image, random);
  for (const candidates of goal.target === undefined ? [noise(), images()] : [images(), noise()]) {
    for (const point of candidates) if (yield* reaches(goal, point)) return point;
  }
  return undefined;
}

function* drawn(images: readonly Pixels[], random: RandomGenerator): Generator<Pixels> {
  if (images.length === 0) return;
  for (let i = 0; i < mostImages; i++) yield images[uniformInt(random, 0, images.length - 1)] as Pixels;
}

function* noiseLike(image: Pixels, random: RandomGenerator): Generator<Pixels> {
  for (let i = 0; i < mostNoise; i++) yield Float32Array.from(uniformVector(image.length, random), (u) => (1 + u) / 2);
}
