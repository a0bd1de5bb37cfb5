import { sample } from '../../data/sample.ts';
import { UserError } from '../../userError.ts';
import type { DetectorDefinition, NamedArray } from './detectorDefinition.ts';
import {
  activationDetector,
  activationsParameter,
  arrayIn,
  chooseActivation,
  damaged,
  namesIn,
  openActivations,
  readAll,
  spreadOf,
  spreadsIn,
  sumOfStandardized,
} from './lateActivations.ts';
import { localIntrinsicDimensionality } from './localIntrinsicDimensionality.ts';

interface LidParameters {
  readonly activations: readonly string[];
  readonly neighbors: number;
  readonly batch: number;
}

/**
 * Ma et al. 2018: the local intrinsic dimensionality around the features of an image, among those of a batch of clean
 * images (equation 4). They draw a batch for each image; here one batch is drawn when the detector is fitted, so that an
 * image always has the same score. Several activations are standardized on clean images and added, since a logistic
 * regression over them would have to see adversarial examples.
 */
export const lid: DetectorDefinition<LidParameters> = {
  id: 'lid',
  title: 'Local intrinsic dimensionality',
  description: 'In how many directions clean images lie around late features: adversarial ones lie off their surface.',
  source:
    'Ma et al. 2018, “Characterizing Adversarial Subspaces Using Local Intrinsic Dimensionality”, ICLR, equation 4',
  learnsFrom: 'clean',
  parameters: {
    activations: activationsParameter,
    neighbors: {
      description: 'How many of the nearest clean images it looks at.',
      schema: { type: 'integer', minimum: 2 },
      quick: { value: 20, text: '20', source: 'Ma et al. 2018, section 5.1' },
    },
    batch: {
      description: 'How many clean images it compares with.',
      schema: { type: 'integer', minimum: 3 },
      quick: { value: 100, text: '100', source: 'Ma et al. 2018, section 5.1' },
    },
  },

  async fit({ clean }, { activations, neighbors, batch }, context) {
    // One more, since an image of the batch has no neighbor in itself.
    if (Math.min(batch, clean.length) <= neighbors) {
      throw new UserError(
        `Local intrinsic dimensionality among ${neighbors} neighbors needs more than ${neighbors} clean images that the model gets right, and as large a "batch"; here there are ${clean.length}, in a batch of ${batch}.`,
      );
    }
    const names = activations.length > 0 ? activations : [await chooseActivation(context.classifier)];
    const late = await openActivations(context.classifier, names);
    const features = await readAll(late, clean, context);
    const indices = sample([...clean.keys()], (index) => clean[index]?.label, batch, context.seed);
    const arrays: Record<string, NamedArray> = {};
    const spreads = late.sizes.map((size, k) => {
      const reference = new Float32Array(indices.length * size);
      for (const [row, index] of indices.entries()) reference.set(features[index]?.[k] as Float32Array, row * size);
      arrays[`reference ${k}`] = { shape: [indices.length, size], data: reference };
      const scoreOf = localIntrinsicDimensionality(reference, size, neighbors);
      return spreadOf(features.map((row) => scoreOf(row[k] as Float32Array).value));
    });
    return { values: { activations: names, neighbors, spreads }, arrays };
  },

  async bind({ values, arrays }, _parameters, classifier) {
    const names = namesIn(values);
    const late = await openActivations(classifier, names);
    const { neighbors } = values;
    if (typeof neighbors !== 'number' || !(neighbors >= 2)) throw damaged('it does not say how many neighbors it has');
    const scores = late.sizes.map((size, k) =>
      localIntrinsicDimensionality(arrayIn(arrays, `reference ${k}`, [-1, size]).data, size, neighbors),
    );
    return activationDetector(late, sumOfStandardized(scores, spreadsIn(values, names.length)));
  },
};
