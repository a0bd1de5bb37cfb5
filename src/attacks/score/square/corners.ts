import { uniformInt } from 'pure-rand/distribution/uniformInt';
import type { Pixels } from '../../../data/image.ts';
import { signVector } from '../../../geometry/randomVector.ts';
import type { SquareAttempt } from './parameters.ts';

/** The two ends of the budget: for a sign, where all values of the image are that have changed by so much. */
export type Ends = (sign: number) => Pixels;

/** The ends are the same in every step, which then needs no projection. */
export function endsOf({ image, budget, project }: SquareAttempt): Ends {
  const end = (sign: number) => project(image.map((value) => value + budget.epsilon * sign));
  const [low, high] = [end(-1), end(1)];
  return (sign) => (sign < 0 ? low : high);
}

/** The image with vertical stripes: all values of a column and channel go to the same end of the budget. */
export function stripes({ image, shape, random }: SquareAttempt, ends: Ends): Pixels {
  const row = signVector(shape.width * shape.channels, random);
  return image.map((_, i) => ends(row[i % row.length] as number)[i] as number);
}

/**
 * The point with a square anywhere in which each channel goes to one end of the budget (algorithm 2).
 * @param changed where it is written to
 */
export function withSquare(
  { shape, random }: SquareAttempt,
  ends: Ends,
  point: Pixels,
  length: number,
  changed: Pixels = new Float32Array(point.length),
): Pixels {
  const { height, width, channels } = shape;
  const side = Math.min(Math.max(length, 1), height, width);
  const [top, left] = [uniformInt(random, 0, height - side), uniformInt(random, 0, width - side)];
  const signs = signVector(channels, random);
  changed.set(point);
  for (let channel = 0; channel < channels; channel++) {
    const end = ends(signs[channel] as number);
    for (let y = top; y < top + side; y++) {
      const start = (y * width + left) * channels + channel;
      for (let i = start; i < start + side * channels; i += channels) changed[i] = end[i] as number;
    }
  }
  return changed;
}
