import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { ImageShape } from '../../data/image.ts';
import type { Method } from './method.ts';
import { type Extent, Resampling } from './resampling.ts';
import { asItIs, inTurn, type Look, meanGradient, resampled } from './view.ts';

/** How often an image is shown at another size (Xie et al. 2019, section 4.1.3). */
const probability = 0.5;
/** The largest size, in sizes of the image: 330 of 299 pixels, as in the paper. */
const rate = 1.1;

/** Gradients at the image, resized and padded at random half of the time (Xie et al. 2019, arXiv:1803.06978, section 3.4). */
export const diverseInputs: Method = {
  title: 'DI',
  description: 'diverse inputs, the image resized and padded at random half of the time',
  source: 'Xie et al. 2019, arXiv:1803.06978',
  copies: 1,
  cost: (copies) => copies,
  begin:
    ({ goal, shape, random, copies }) =>
    (x) => {
      const look = () => (uniformFloat64(random) < probability ? resizedAndPadded(shape, rate, random) : asItIs);
      return meanGradient(
        Array.from({ length: copies }, () => look()(x)),
        goal.loss,
      );
    },
};

/**
 * The image, enlarged to a random size of up to `most` times its own, at a random place on black of that size, and all of
 * that brought back to the size that the model takes.
 */
export function resizedAndPadded(shape: ImageShape, most: number, random: RandomGenerator): Look {
  const canvas = { height: Math.floor(shape.height * most), width: Math.floor(shape.width * most) };
  const share = uniformFloat64(random);
  const inner = {
    height: Math.round(shape.height + share * (canvas.height - shape.height)),
    width: Math.round(shape.width + share * (canvas.width - shape.width)),
  };
  const top = uniformInt(random, 0, canvas.height - inner.height);
  const left = uniformInt(random, 0, canvas.width - inner.width);
  const toInner = resizing(shape, inner);
  const placed = new Resampling(shape, canvas, (x, y) => {
    const [column, row] = [x - left, y - top];
    const isInside = column >= 0 && column < inner.width && row >= 0 && row < inner.height;
    return isInside ? toInner(column, row) : undefined;
  });
  const back = new Resampling(canvas, shape, resizing(canvas, shape));
  return inTurn([resampled(placed, shape.channels), resampled(back, shape.channels)]);
}

/** Where a pixel of a resized image comes from: the edges of both are at the same place. */
function resizing(from: Extent, to: Extent): (x: number, y: number) => [number, number] {
  const along = (place: number, before: number, after: number) =>
    Math.min(Math.max(((place + 0.5) * before) / after - 0.5, 0), before - 1);
  return (x, y) => [along(x, from.width, to.width), along(y, from.height, to.height)];
}
