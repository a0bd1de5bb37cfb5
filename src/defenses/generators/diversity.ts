import type { Pixels } from '../../data/image.ts';
import { lengthOf } from '../../geometry/norms.ts';
import { addScaled } from '../../geometry/vector.ts';
import type { LabeledPixels } from '../training/objective.ts';

/** Below this, samples are so alike that the generator has collapsed. */
export const leastDiversity = 0.4;

/** As many images of a class are compared with each other. */
const most = 10;

/**
 * How different samples of a class are from each other, as a multiple of how different real images of it are: the ratio of mean
 * l2 distances, averaged over the classes that have at least two images. 1 is like real images, 0 is the same sample again and
 * again.
 */
export function diversityOf(samples: LabeledPixels, real: LabeledPixels, classes: number): number {
  const ratios = Array.from({ length: classes }, (_, label) => {
    const [drawn, found] = [samples, real].map((set) => spreadOf(ofClass(set, label)));
    return drawn === undefined || !found ? [] : [drawn / found];
  }).flat();
  return ratios.length === 0 ? 1 : ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
}

function ofClass({ images, labels }: LabeledPixels, label: number): Pixels[] {
  return images.filter((_, i) => labels[i] === label).slice(0, most);
}

/** The mean distance of pairs; `undefined` of fewer than two images. */
function spreadOf(images: readonly Pixels[]): number | undefined {
  const distances = images.flatMap((image, i) =>
    images.slice(i + 1).map((other) => lengthOf(addScaled(image, other, -1), 'l2')),
  );
  return distances.length === 0 ? undefined : distances.reduce((sum, each) => sum + each, 0) / distances.length;
}
