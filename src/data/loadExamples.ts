import type { TestPlan } from '../evaluation/plan.ts';
import type { Classifier } from '../models/classifier.ts';
import { UserError } from '../userError.ts';
import { listDataset } from './dataset.ts';
import type { ImageShape, Pixels } from './image.ts';
import { matchLabels } from './labels.ts';
import { noiseImages } from './noiseImages.ts';
import { readImage } from './readImage.ts';
import { fitTo, type Resizing, stretching } from './resizing.ts';
import { sample } from './sample.ts';
import type { DatasetSource } from './source.ts';

/** An image of a dataset, ready for the model. */
export interface LabeledImage {
  readonly file: string;
  /** SHA-256 of the file; of the pixels, where there is none. */
  readonly sha256: string;
  readonly pixels: Pixels;
  /** Index of the true class; missing where the model's own prediction serves. */
  readonly label?: number;
  /** What was done to the image to fit the model. */
  readonly notes: readonly string[];
}

/** The images of a test, and what has to be said about them. */
export interface Examples {
  readonly images: readonly LabeledImage[];
  readonly notes: readonly string[];
}

/**
 * Reads the images that a test is about, or makes them where it has no dataset.
 * @throws UserError for a dataset or an image that cannot be read, or a label that is no class of the model.
 */
export async function loadExamples(plan: TestPlan, classifier: Classifier): Promise<Examples> {
  if (plan.dataset === undefined) return { images: noiseImages(classifier.input, plan.seed), notes: [] };
  const { files, notes } = await listExamples(plan, plan.dataset, classifier.classes);
  const images = await readImages(files, classifier.input, plan.model.resizing);
  return { images, notes: [...notes, ...countNotes(images)] };
}

/**
 * The files of a dataset that a test is about: those of its classes, a seeded sample of them where the dataset has a limit.
 * @throws UserError for a dataset that cannot be read, or a label that is no class of the model.
 */
export async function listExamples(
  plan: Pick<TestPlan, 'classes' | 'seed'>,
  dataset: DatasetSource,
  modelClasses: readonly string[],
): Promise<{ files: readonly LabeledFile[]; notes: readonly string[] }> {
  const { entries, notes } = await listDataset(dataset);
  const labels = matchLabels(
    entries.flatMap(({ label }) => (label === undefined ? [] : [label])),
    modelClasses,
  );
  const classes =
    plan.classes && new Set(matchLabels(plan.classes, modelClasses, 'Change "classes" of this test').values());
  const labeled = entries.map(({ file, label }) => ({
    file,
    label: label === undefined ? undefined : labels.get(label),
  }));
  const chosen = classes ? labeled.filter(({ label }) => label !== undefined && classes.has(label)) : labeled;
  if (chosen.length === 0) {
    throw new UserError(`${dataset.path}: no image has a label among the test's classes ${plan.classes?.join(', ')}.`);
  }
  const { limit } = dataset;
  return { files: limit === undefined ? chosen : sample(chosen, ({ label }) => label, limit, plan.seed), notes };
}

/** A file and the index of its class. */
export interface LabeledFile {
  readonly file: string;
  readonly label?: number;
}

/**
 * Reads images, each brought to the shape of a model.
 * @throws UserError for an image that cannot be read, or a resizing that does not go with the model.
 */
export async function readImages(
  files: readonly LabeledFile[],
  shape: ImageShape,
  resizing: Resizing = stretching,
  signal?: AbortSignal,
): Promise<LabeledImage[]> {
  const fit = fitTo(shape, resizing);
  const images: LabeledImage[] = [];
  for (const { file, label } of files) {
    signal?.throwIfAborted();
    images.push({ ...(await readImage(file, shape, fit)), file, label });
  }
  return images;
}

/** "stretched to 32×32 (lanczos): 12 images" for everything that had to be done. */
function countNotes(images: readonly LabeledImage[]): string[] {
  const counts = new Map<string, number>();
  for (const note of images.flatMap(({ notes }) => notes)) counts.set(note, (counts.get(note) ?? 0) + 1);
  return [...counts].map(([note, count]) => `${note}: ${count} ${count === 1 ? 'image' : 'images'}`);
}
