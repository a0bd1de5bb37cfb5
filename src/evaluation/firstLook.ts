import { listDataset } from '../data/dataset.ts';
import { unknownLabels } from '../data/labels.ts';
import { listExamples, readImages } from '../data/loadExamples.ts';
import type { DatasetSource } from '../data/source.ts';
import type { Classifier } from '../models/classifier.ts';
import { argmax } from '../models/functional.ts';
import type { ModelSource } from '../models/source.ts';

/** A model, and images to attack it with. */
export interface LookRequest {
  readonly model: ModelSource;
  readonly dataset: DatasetSource;
  /** Draws the images that are classified. */
  readonly seed: number;
}

/** What a user should know about a model and images before attacking the one with the other. */
export interface FirstLook {
  /** Names of the model's classes, in their order. */
  readonly classes: readonly string[];
  /** Labels of the dataset that are no class of the model, or may be several. */
  readonly unknown: readonly string[];
  /** How many of a sample are classified right; missing where there are no labels, or unknown ones. */
  readonly clean?: { readonly images: number; readonly correct: number };
}

/** Enough to see whether something is wrong. */
const mostImages = 32;

/**
 * Compares the labels of a dataset with the classes of a model, and classifies a sample.
 * @throws UserError for a dataset or an image that cannot be read.
 */
export async function firstLook(
  classifier: Classifier,
  { model, dataset, seed }: LookRequest,
  signal?: AbortSignal,
): Promise<FirstLook> {
  const { classes, input } = classifier;
  const { entries } = await listDataset(dataset);
  const unknown = unknownLabels(
    entries.flatMap(({ label = [] }) => label),
    classes,
  );
  if (unknown.length > 0 || dataset.labels === 'predictions') return { classes, unknown };
  const limit = Math.min(mostImages, dataset.limit ?? mostImages);
  const sample = { dataset: { ...dataset, limit, sampling: 'even' as const }, classNames: classes, seed };
  const { files } = await listExamples(sample);
  const reading = { shape: input, resizing: model.resizing, ...(signal && { signal }) };
  const { images } = await readImages(files, dataset, reading, (image) => image);
  let correct = 0;
  for (let start = 0; start < images.length; start += classifier.batchSize) {
    signal?.throwIfAborted();
    const batch = images.slice(start, start + classifier.batchSize);
    const rows = await classifier.logits(batch.map(({ pixels }) => pixels));
    correct += rows.filter((row, i) => row.every(Number.isFinite) && argmax(row) === batch[i]?.label).length;
  }
  return { classes, unknown, clean: { images: images.length, correct } };
}
