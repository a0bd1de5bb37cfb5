import { type Examples, loadExamples } from '../data/loadExamples.ts';
import { noiseImages } from '../data/noiseImages.ts';
import { readImage } from '../data/readImage.ts';
import { fitTo, stretching } from '../data/resizing.ts';
import { ImageStore, inMemory, type StoredImage } from '../data/storedImage.ts';
import type { Classifier } from '../models/classifier.ts';
import type { TestPlan } from './plan.ts';

/**
 * Reads the images that a test is about, or makes them where it has no dataset.
 * @throws UserError for a dataset or an image that cannot be read, or a label that is no class of the model.
 */
export async function planImages(
  { dataset, classes, seed, model }: TestPlan,
  { input, classes: classNames }: Classifier,
): Promise<Examples<StoredImage>> {
  if (dataset === undefined) return { images: noiseImages(input, seed).map(inMemory), notes: [] };
  const { resizing = stretching } = model;
  const fit = fitTo(input, resizing);
  const store = new ImageStore(async (file) => ({ ...(await readImage(file, input, fit)), file }));
  const selection = { dataset, classNames, classes, seed };
  return loadExamples(selection, { shape: input, resizing }, (image) => store.store(image));
}
