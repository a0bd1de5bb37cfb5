import type { Pixels } from '../../data/image.ts';
import type { DifferentiableClassifier } from '../../models/classifier.ts';
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
import { movedAgainst, weightedSum } from './composedDetectors.ts';
import type { Detector } from './detector.ts';
import type { DetectorDefinition, NamedArray } from './detectorDefinition.ts';
import { fitGaussians, type Gaussians, mahalanobisDistance } from './gaussians.ts';
import {
  activationDetector,
  activationsParameter,
  arrayIn,
  damaged,
  type FeatureScore,
  namesIn,
  openActivations,
  readAll,
  type Spread,
  spreadsIn,
  sumOfStandardized,
} from './lateActivations.ts';
import { scoreAll } from './scoreAll.ts';

interface MahalanobisParameters {
  readonly layers: Layers;
  readonly activations: readonly string[];
  readonly magnitude: number;
}

/** More features would take gigabytes, and hours. */
const mostFeatures = 4096;

/**
 * Lee, Lee, Lee & Shin 2018, arXiv:1807.03888: classes are Gaussians of features with a common covariance, fitted to
 * clean images; the score of a layer is the squared Mahalanobis distance to the nearest of them (equation 2, with the
 * opposite sign), after the image was moved towards that class (equation 4). A logistic regression on clean and
 * adversarial images that no Gaussian was fitted to weights the layers. The quick form uses one late layer, the image
 * as it is, and needs no adversarial examples: several activations are standardized on clean images and added.
 */
export const mahalanobis: DetectorDefinition<MahalanobisParameters> = {
  id: 'mahalanobis',
  title: 'Mahalanobis distance',
  description:
    'Measures how far an image’s features are from those of clean images of the nearest class, modeled by one Gaussian per class.',
  source:
    'Lee, Lee, Lee & Shin 2018, “A Simple Unified Framework for Detecting Out-of-Distribution Samples and Adversarial Attacks”, NeurIPS, arXiv:1807.03888',
  learnsFrom: 'clean',
  wantsAdversarial: ({ layers }) => layers === 'all',
  parameters: {
    layers: layersParameter('Lee et al. 2018, section 2.2: the end of each block of the network'),
    activations: activationsParameter,
    magnitude: {
      description:
        'How far to move an image towards its nearest class before scoring it, in units of the pixel range [0, 1]; 0 scores it as it is.',
      schema: { type: 'number', minimum: 0, maximum: 1 },
      quick: { value: 0, text: '0', source: 'Perturb: needs no gradient' },
      paper: { value: 0.0014, text: '0.0014', source: 'one of the values from 0 to 0.01 that the authors’ code tries' },
    },
  },

  async fit(examples, { layers, activations, magnitude }, context) {
    const { classifier, seed } = context;
    const weighs = layers === 'all';
    const { fitting, rest, made } = weighs ? setAside(examples, seed) : { fitting: examples.clean, rest: [], made: [] };
    const labels = fitting.map(({ label }) => label);
    const seen = [...new Set(labels)].sort((a, b) => a - b);
    const classes = seen.filter((label) => labels.indexOf(label) !== labels.lastIndexOf(label));
    if (classes.length < 2) {
      const which = weighs ? ', among the two thirds that Gaussians are fitted to' : '';
      throw new UserError(
        `The Mahalanobis distance needs at least two classes with two images each that the model gets right${which}; classes found: ${classes.length}. Give it more images.`,
      );
    }
    const names = activations.length > 0 ? activations : await namesOfLayers(classifier, layers, mostFeatures);
    const late = await openActivations(classifier, names);
    for (const [k, size] of late.sizes.entries()) {
      if (size > mostFeatures) {
        throw new UserError(
          `"${names[k]}" has ${size} features, but the Mahalanobis distance takes at most ${mostFeatures}. Name a later or narrower one in "activations".`,
        );
      }
    }
    const used = fitting.filter(({ label }) => classes.includes(label));
    const features = await readAll(late, used, context);
    const gaussians = late.sizes.map((_, k) => {
      context.signal.throwIfAborted();
      const fitted = fitGaussians(
        features.map((row) => row[k] as Float32Array),
        used.map(({ label }) => classes.indexOf(label)),
        classes.length,
      );
      if (fitted !== undefined) return fitted;
      throw new UserError(
        `"${names[k]}" is the same in all images of a class, so there is no distance to measure. Name another one in "activations".`,
      );
    });
    const distances = gaussians.map((one, k) => mahalanobisDistance(one, late.sizes[k] as number));
    const leftOut = seen.filter((label) => !classes.includes(label));
    const shrinkages = gaussians.map(({ shrinkage }) => shrinkage);
    const values = { activations: names, classes, leftOut, shrinkages, magnitude };
    const arrays = arraysOf(gaussians, late.sizes);
    const each = await layerDetectors(classifier, names, distances, { magnitude });
    const scoresOf = async (examples: readonly { readonly pixels: Pixels }[]) => {
      const columns: number[][] = [];
      for (const detector of each) columns.push(await scoreAll(detector, examples, classifier, context.signal));
      return examples.map((_, i) => columns.map((column) => column[i] as number));
    };
    if (!weighs) return { values: { ...values, spreads: spreadsOf(await scoresOf(used)) }, arrays };
    return { values: { ...values, ...weighLayers(await scoresOf(rest), await scoresOf(made)) }, arrays };
  },

  async bind({ values, arrays }, _parameters, classifier) {
    const names = namesIn(values);
    const late = await openActivations(classifier, names);
    const spreads = spreadsIn(values, names.length);
    const weights = weightsIn(values, names.length);
    const { magnitude } = values;
    if (typeof magnitude !== 'number' || !(magnitude >= 0)) throw damaged('it has no valid distance to move images');
    const distances = late.sizes.map((size, k) => {
      const means = arrayIn(arrays, `means ${k}`, [-1, size]);
      const whitening = arrayIn(arrays, `whitening ${k}`, [size, size]);
      return mahalanobisDistance({ means: means.data, whitening: whitening.data }, size);
    });
    if (magnitude === 0) return activationDetector(late, sumOfStandardized(distances, spreads, weights));
    return weightedSum(await layerDetectors(classifier, names, distances, { magnitude, spreads }), weights);
  },
};

function arraysOf(gaussians: readonly Gaussians[], sizes: readonly number[]): Record<string, NamedArray> {
  return Object.fromEntries(
    gaussians.flatMap(({ means, whitening }, k) => {
      const size = sizes[k] as number;
      return [
        [`means ${k}`, { shape: [means.length / size, size], data: means }],
        [`whitening ${k}`, { shape: [size, size], data: whitening }],
      ];
    }),
  );
}

/** A detector for each layer, each moving the image separately. @param spreads none for plain distances. */
async function layerDetectors(
  classifier: DifferentiableClassifier,
  names: readonly string[],
  distances: readonly FeatureScore[],
  { magnitude, spreads }: { readonly magnitude: number; readonly spreads?: readonly Spread[] },
): Promise<Detector[]> {
  const detectors: Detector[] = [];
  for (const [k, name] of names.entries()) {
    const layer = await openActivations(classifier, [name]);
    const { mean, std } = spreads?.[k] ?? { mean: 0, std: 1 };
    const detector = activationDetector(layer, sumOfStandardized([distances[k] as FeatureScore], [{ mean, std }]));
    detectors.push(magnitude === 0 ? detector : movedAgainst(detector, magnitude));
  }
  return detectors;
}
