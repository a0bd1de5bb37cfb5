import { type Examples, loadExamples } from '../data/loadExamples.ts';
import { noiseImages } from '../data/noiseImages.ts';
import type { Classifier } from '../models/classifier.ts';
import type { TestPlan } from './plan.ts';

/**
 * Reads the images that a test is about, or makes them where it has no dataset.
 * @throws UserError for a dataset or an image that cannot be read, or a label that is no class of the model.
 */
export async function planImages(
  { dataset, classes, seed, model }: TestPlan,
  { input, classes: classNames }: Classifier,
): Promise<Examples> {
  if (dataset === undefined) return { images: noiseImages(input, seed), notes: [] };
  return loadExamples({ dataset, classNames, classes, seed }, { shape: input, resizing: model.resizing });
}
