import { uniformInt } from 'pure-rand/distribution/uniformInt';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { Pixels } from '../../data/image.ts';
import { distances } from '../../geometry/norms.ts';
import { uniformVector } from '../../geometry/randomVector.ts';
import { between } from '../../geometry/vector.ts';
import type { Attempt } from '../attackDefinition.ts';
import type { Asking } from '../dialogue.ts';
import { boundarySearch, reaches } from './boundarySearch.ts';

/** Noise that is tried before it is given up. */
const mostNoise = 100;
/** Images that are tried: the victim has answered about them before, so more than one matter only where it varies. */
const mostImages = 10;
/** How exactly, of the way to it, the boundary is found toward an image that may be a nearer start. */
const width = 0.02;

/**
 * A point where the goal is reached, from which attacks by predictions alone go toward the image: uniform noise, or where a
 * class is wanted, one of the images that are taken for it (Brendel et al. 2018, arXiv:1712.04248, section 2.1). What is
 * tried first is tried after the other as well. Where images are known that reach the goal, it is the nearest point of the
 * boundary on the lines to the noise and to them: a line is followed only if the goal is reached on it at the distance so
 * far, so that most images cost one query.
 * @returns `undefined` where there is none: the attack has nothing to follow.
 */
export function* startingPoint(attempt: Attempt<unknown>): Asking<Pixels | undefined> {
  const { image, goal, starts, budget } = attempt;
  const distanceOf = (point: Pixels) => distances(image, point, 1)[budget.norm];
  let nearest = yield* anyStart(attempt);
  if (nearest === undefined || starts.length === 0) return nearest;
  for (const end of [nearest, ...starts]) {
    const part: number = Math.min(distanceOf(nearest) / (distanceOf(end) || 1), 1);
    const pointAt = (place: number) => between(image, end, place);
    if (end !== nearest && !(yield* reaches(goal, pointAt(part)))) continue;
    nearest = pointAt(yield* boundarySearch(goal, pointAt, { short: 0, reached: part, width: width * part }));
  }
  return nearest;
}

/** The first point at which the goal is reached, of noise and images. */
function* anyStart({ image, goal, random, starts }: Attempt<unknown>): Asking<Pixels | undefined> {
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
