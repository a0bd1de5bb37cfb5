import { levelsOf, valueAt } from '../../data/grid.ts';
import type { DetectorDefinition } from './detectorDefinition.ts';
import { predictionDifference } from './predictionDifference.ts';
import type { Squeezer } from './squeezers.ts';

/** Writes an image as JPEG (color with chroma subsampling 4:2:0) and reads it back. */
export function jpegCompression(quality: number): Squeezer {
  return {
    name: `JPEG ${quality}`,
    async squeeze(pixels, shape) {
      const { default: sharp } = await import('sharp');
      const space = shape.channels === 1 ? 'b-w' : 'srgb';
      const file = await sharp(levelsOf(pixels), { raw: shape })
        .toColourspace(space)
        .jpeg({ quality, chromaSubsampling: '4:2:0' })
        .toBuffer();
      return Float32Array.from(await sharp(file).toColourspace(space).raw().toBuffer(), valueAt);
    },
  };
}

/** JPEG consistency: an image is suspicious if it is classified differently when compressed. */
export const jpeg: DetectorDefinition<{ readonly quality: number }> = {
  id: 'jpeg',
  title: 'JPEG consistency',
  description:
    'Compares the prediction with that for the image after JPEG compression. The score is the l1 distance between the probabilities.',
  source: 'Dziugaite, Ghahramani & Roy 2016, arXiv:1608.00853; Das et al. 2017, arXiv:1705.02900',
  learnsFrom: 'clean',
  surrogate: 'In the backward pass, JPEG compression counts as the identity.',
  parameters: {
    quality: {
      description: 'Quality of the JPEG file, with chroma subsampling 4:2:0.',
      schema: { type: 'integer', minimum: 1, maximum: 100 },
      quick: { value: 75, text: '75', source: 'Dziugaite, Ghahramani & Roy 2016, section 3' },
    },
  },
  async fit() {
    return { values: {}, arrays: {} };
  },
  async bind(_state, { quality }, classifier) {
    return predictionDifference(classifier, [jpegCompression(quality)]);
  },
};
