import { UserError } from '../../userError.ts';
import type { DetectorDefinition, NamedArray } from './detectorDefinition.ts';
import { fitGaussians, mahalanobisDistance } from './gaussians.ts';
import {
  activationDetector,
  activationsParameter,
  arrayIn,
  chooseActivation,
  namesIn,
  openActivations,
  readAll,
  spreadOf,
  spreadsIn,
  sumOfStandardized,
} from './lateActivations.ts';

interface MahalanobisParameters {
  readonly activations: readonly string[];
}

/** More features than these would take gigabytes, and hours. */
const mostFeatures = 4096;

/**
 * Lee, Lee, Lee & Shin 2018: classes are Gaussians of late features with one covariance, fitted to clean images; the score is
 * the squared Mahalanobis distance to the nearest of them (equation 2, with the sign turned). Two things are otherwise:
 * the image is not moved towards its class before (equation 4), and several activations are standardized on clean images and
 * added, since a logistic regression over them would have to see adversarial examples.
 */
export const mahalanobis: DetectorDefinition<MahalanobisParameters> = {
  id: 'mahalanobis',
  title: 'Mahalanobis distance',
  description: 'How far late features are from those of clean images of any class, as one Gaussian a class has it.',
  source:
    'Lee, Lee, Lee & Shin 2018, “A Simple Unified Framework for Detecting Out-of-Distribution Samples and Adversarial Attacks”, NeurIPS',
  learnsFrom: 'clean',
  parameters: { activations: activationsParameter },

  async fit({ clean }, parameters, context) {
    const labels = clean.map(({ label }) => label);
    const seen = [...new Set(labels)].sort((a, b) => a - b);
    const classes = seen.filter((label) => labels.indexOf(label) !== labels.lastIndexOf(label));
    if (classes.length < 2) {
      throw new UserError(
        `The Mahalanobis distance needs at least two classes with two images each that the model gets right; here there are ${classes.length}. Give it more images.`,
      );
    }
    const { classifier } = context;
    const wished = parameters.activations;
    const names = wished.length > 0 ? wished : [await chooseActivation(classifier)];
    const late = await openActivations(classifier, names);
    for (const [k, size] of late.sizes.entries()) {
      if (size > mostFeatures) {
        throw new UserError(
          `"${names[k]}" has ${size} features, and the Mahalanobis distance takes ${mostFeatures} at most. Name a later or narrower one in "activations".`,
        );
      }
    }
    const used = clean.filter(({ label }) => classes.includes(label));
    const features = await readAll(late, used, context);
    const arrays: Record<string, NamedArray> = {};
    const shrinkages: number[] = [];
    const spreads = late.sizes.map((size, k) => {
      context.signal.throwIfAborted();
      const own = features.map((row) => row[k] as Float32Array);
      const fitted = fitGaussians(
        own,
        used.map(({ label }) => classes.indexOf(label)),
        classes.length,
      );
      if (fitted === undefined) {
        throw new UserError(
          `"${names[k]}" is the same in all images of a class: there is no distance to measure. Name another one in "activations".`,
        );
      }
      arrays[`means ${k}`] = { shape: [classes.length, size], data: fitted.means };
      arrays[`whitening ${k}`] = { shape: [size, size], data: fitted.whitening };
      shrinkages.push(fitted.shrinkage);
      const distance = mahalanobisDistance(fitted, size);
      return spreadOf(own.map((one) => distance(one).value));
    });
    const leftOut = seen.filter((label) => !classes.includes(label));
    return { values: { activations: names, classes, leftOut, shrinkages, spreads }, arrays };
  },

  async bind({ values, arrays }, _parameters, classifier) {
    const names = namesIn(values);
    const late = await openActivations(classifier, names);
    const spreads = spreadsIn(values, names.length);
    const distances = late.sizes.map((size, k) => {
      const means = arrayIn(arrays, `means ${k}`, [-1, size]);
      const whitening = arrayIn(arrays, `whitening ${k}`, [size, size]);
      return mahalanobisDistance({ means: means.data, whitening: whitening.data }, size);
    });
    return activationDetector(late, sumOfStandardized(distances, spreads));
  },
};
