import { uniformInt } from 'pure-rand/distribution/uniformInt';
import type { Pixels } from '../../../data/image.ts';
import { signVector } from '../../../geometry/randomVector.ts';
import type { SquareAttempt } from './parameters.ts';

/** The image with vertical stripes: all values of a column and channel go to the same end of the budget. */
export function stripes({ image, shape, budget, project, random }: SquareAttempt): Pixels {
  const row = signVector(shape.width * shape.channels, random);
  return project(image.map((value, i) => value + budget.epsilon * (row[i % row.length] as number)));
}

/** The point with a square anywhere in which each channel goes to one end of the budget (algorithm 2). */
export function withSquare(
  { image, shape, budget, project, random }: SquareAttempt,
  point: Pixels,
  length: number,
): Pixels {
  const { height, width, channels } = shape;
  const side = Math.min(Math.max(length, 1), height, width);
  const [top, left] = [uniformInt(random, 0, height - side), uniformInt(random, 0, width - side)];
  const signs = signVector(channels, random);
  const changed = point.slice();
  for (let y = top; y < top + side; y++) {
    const start = (y * width + left) * channels;
    const end = start + side * channels;
    for (let channel = 0; channel < channels; channel++) {
      const change = budget.epsilon * (signs[channel] as number);
      for (let i = start + channel; i < end; i += channels) changed[i] = (image[i] as number) + change;
    }
  }
  return project(changed);
}
