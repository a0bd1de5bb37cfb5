import { sample } from '../../data/sample.ts';
import { UserError } from '../../userError.ts';
import {
  type Layers,
  layersParameter,
  namesOfLayers,
  setAside,
  spreadsOf,
  weighLayers,
  weightsIn,
} from './allLayers.ts';
import type { DetectorDefinition, NamedArray } from './detectorDefinition.ts';
import {
  activationDetector,
  activationsParameter,
  arrayIn,
  damaged,
  namesIn,
  openActivations,
  readAll,
  spreadsIn,
  sumOfStandardized,
} from './lateActivations.ts';
import { localIntrinsicDimensionality } from './localIntrinsicDimensionality.ts';

interface LidParameters {
  readonly layers: Layers;
  readonly activations: readonly string[];
  readonly neighbors: number;
  readonly batch: number;
}

/**
 * Ma et al. 2018, arXiv:1801.02613: the local intrinsic dimensionality around the features of an image, among those of
 * a batch of clean images (equation 4), in every layer; a logistic regression on clean and adversarial images weights
 * the layers. The paper draws a batch for each image; here one batch is drawn when the detector is fitted, so that an
 * image always has the same score, and noisy images are not learned from. The quick form uses one late layer and needs
 * no adversarial examples: several activations are standardized on clean images and added.
 */
export const lid: DetectorDefinition<LidParameters> = {
  id: 'lid',
  title: 'Local intrinsic dimensionality',
  description:
    'Estimates in how many directions clean images lie around an image’s features: more for adversarial images, which lie off their surface.',
  source:
    'Ma et al. 2018, “Characterizing Adversarial Subspaces Using Local Intrinsic Dimensionality”, ICLR, arXiv:1801.02613, equation 4',
  learnsFrom: 'clean',
  wantsAdversarial: ({ layers }) => layers === 'all',
  parameters: {
    layers: layersParameter('Ma et al. 2018, section 4: every layer of the network'),
    activations: activationsParameter,
    neighbors: {
      description: 'Number of nearest clean images to use.',
      schema: { type: 'integer', minimum: 2 },
      quick: { value: 20, text: '20', source: 'Ma et al. 2018, section 5.1' },
    },
    batch: {
      description: 'Number of clean images to compare with.',
      schema: { type: 'integer', minimum: 3 },
      quick: { value: 100, text: '100', source: 'Ma et al. 2018, section 5.1' },
    },
  },

  async fit(examples, { layers, activations, neighbors, batch }, context) {
    const { classifier, seed } = context;
    const { fitting, rest, made } =
      layers === 'all' ? setAside(examples, seed) : { fitting: examples.clean, rest: examples.clean, made: [] };
    // One more, since an image of the batch is not its own neighbor.
    if (Math.min(batch, fitting.length) <= neighbors) {
      throw new UserError(
        `Local intrinsic dimensionality with ${neighbors} neighbors needs more than ${neighbors} clean images that the model gets right, and a "batch" as large; there are ${fitting.length}, and the batch is ${batch}.`,
      );
    }
    const names = activations.length > 0 ? activations : await namesOfLayers(classifier, layers);
    const late = await openActivations(classifier, names);
    const reference = sample(fitting, ({ label }) => label, batch, seed);
    const neighborhood = await readAll(late, reference, context);
    const arrays: Record<string, NamedArray> = {};
    const estimates = late.sizes.map((size, k) => {
      const points = new Float32Array(reference.length * size);
      for (const [row, features] of neighborhood.entries()) points.set(features[k] as Float32Array, row * size);
      arrays[`reference ${k}`] = { shape: [reference.length, size], data: points };
      return localIntrinsicDimensionality(points, size, neighbors);
    });
    const scoresOf = async (images: Parameters<typeof readAll>[1]) =>
      (await readAll(late, images, context)).map((row) =>
        estimates.map((estimate, k) => estimate(row[k] as Float32Array).value),
      );
    const scores = await scoresOf(rest);
    const weighing = layers === 'all' ? weighLayers(scores, await scoresOf(made)) : { spreads: spreadsOf(scores) };
    return { values: { activations: names, neighbors, ...weighing }, arrays };
  },

  async bind({ values, arrays }, _parameters, classifier) {
    const names = namesIn(values);
    const late = await openActivations(classifier, names);
    const { neighbors } = values;
    if (typeof neighbors !== 'number' || !(neighbors >= 2)) throw damaged('it has no valid number of neighbors');
    const estimates = late.sizes.map((size, k) =>
      localIntrinsicDimensionality(arrayIn(arrays, `reference ${k}`, [-1, size]).data, size, neighbors),
    );
    const spreads = spreadsIn(values, names.length);
    return activationDetector(late, sumOfStandardized(estimates, spreads, weightsIn(values, names.length)));
  },
};
