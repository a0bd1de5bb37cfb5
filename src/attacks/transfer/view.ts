import type { Pixels } from '../../data/image.ts';
import { accumulate } from '../../geometry/vector.ts';
import type { Functional } from '../../models/functional.ts';
import type { Asking } from '../dialogue.ts';
import type { Resampling } from './resampling.ts';

/** A point that a surrogate is asked about in place of another one, which it is made of by a linear map. */
export interface View {
  readonly point: Pixels;
  /** Takes a gradient at the view to the point that it is a view of: the transposed map. */
  back(gradient: Float32Array): Float32Array;
}

/** How a view is made of a point. */
export type Look = (point: Pixels) => View;

/** The point as it is. */
export const asItIs: Look = (point) => ({ point, back: (gradient) => gradient });

/** The point, darkened: all its values divided by a number. */
export function divided(by: number): Look {
  return (point) => ({
    point: point.map((value) => value / by),
    back: (gradient) => gradient.map((value) => value / by),
  });
}

/** The point under a resampling. */
export function resampled(map: Resampling, channels: number): Look {
  return (point) => ({
    point: map.apply(point, channels),
    back: (gradient) => map.transpose(gradient, channels),
  });
}

/** One look after the other, the first one first. */
export function inTurn(looks: readonly Look[]): Look {
  return (point) =>
    looks.reduce<View>((view, look) => {
      const next = look(view.point);
      return { point: next.point, back: (gradient) => view.back(next.back(gradient)) };
    }, asItIs(point));
}

/** Views that are asked about together: as many as fit into memory, of large images and many examples at a time. */
const together = 8;

/** The mean, over views of a point, of the gradients of a functional with respect to the point. */
export function* meanGradient(views: Iterable<View>, functional: Functional): Asking<Float64Array> {
  let mean: Float64Array | undefined;
  let count = 0;
  for (const portion of portionsOf(views, together)) {
    const answers = yield {
      kind: 'pullback',
      points: portion.map(({ point }) => point),
      functionals: portion.map(() => [functional]),
      isAside: true,
    };
    for (const [i, view] of portion.entries()) {
      const gradient = view.back(answers[i]?.gradients?.[0] as Float32Array);
      mean ??= new Float64Array(gradient.length);
      accumulate(mean, gradient, 1);
      count++;
    }
  }
  if (mean === undefined) throw new RangeError('there is no view to take the gradient at');
  return mean.map((sum) => sum / count);
}

function* portionsOf<T>(all: Iterable<T>, size: number): Generator<T[]> {
  let portion: T[] = [];
  for (const one of all) {
    portion.push(one);
    if (portion.length < size) continue;
    yield portion;
    portion = [];
  }
  if (portion.length > 0) yield portion;
}
