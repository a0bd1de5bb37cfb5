import type { ImageShape } from '../../data/image.ts';
import type { DetectorDefinition } from './detectorDefinition.ts';
import { nonLocalMeans } from './nonLocalMeans.ts';
import { predictionDifference } from './predictionDifference.ts';
import { bitDepth, medianOf2x2, type Squeezer } from './squeezers.ts';

/** The best joint detector of the paper for each of its datasets (Xu, Evans & Qi 2018, table IV). */
const squeezersOf = {
  mnist: [bitDepth(1), medianOf2x2],
  cifar: [bitDepth(5), medianOf2x2, nonLocalMeans({ search: 13, patch: 3, strength: 2 })],
  imagenet: [bitDepth(5), medianOf2x2, nonLocalMeans({ search: 11, patch: 3, strength: 4 })],
} satisfies Record<string, readonly Squeezer[]>;

interface Parameters {
  readonly squeezers: 'auto' | keyof typeof squeezersOf;
}

/** Feature squeezing: an image is suspicious if a simpler version of it is classified differently. */
export const featureSqueezing: DetectorDefinition<Parameters> = {
  id: 'feature-squeezing',
  title: 'Feature squeezing',
  description:
    'Compares the prediction with those for simpler versions of the image: fewer bits, a median filter, non-local means. The score is the largest l1 distance between the probabilities.',
  source: 'Xu, Evans & Qi 2018, arXiv:1704.01155',
  learnsFrom: 'clean',
  surrogate:
    'In the backward pass, rounding and non-local means count as the identity; the gradient of the median goes to the pixel that is the median, that of the maximum to the squeezer that attains it.',
  parameters: {
    squeezers: {
      description:
        'The paper’s squeezers for one of its datasets: mnist (1 bit, median 2×2), cifar (5 bit, median 2×2, non-local means 13-3-2), imagenet (5 bit, median 2×2, non-local means 11-3-4), or auto.',
      schema: { enum: ['auto', ...Object.keys(squeezersOf)] },
      quick: {
        value: 'auto',
        text: 'auto: mnist for gray images up to 28 × 28, cifar up to 64 × 64, imagenet for larger ones',
        source: 'Xu, Evans & Qi 2018, table IV; the sizes are our choice',
      },
    },
  },
  async fit() {
    return { values: {}, arrays: {} };
  },
  async bind(_state, { squeezers }, classifier) {
    return predictionDifference(
      classifier,
      squeezersOf[squeezers === 'auto' ? presetFor(classifier.input) : squeezers],
    );
  },
};

function presetFor({ height, width, channels }: ImageShape): keyof typeof squeezersOf {
  const side = Math.max(height, width);
  if (side <= 28 && channels === 1) return 'mnist';
  return side <= 64 ? 'cifar' : 'imagenet';
}
