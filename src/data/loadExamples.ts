import path from 'node:path';
import { UserError } from '../userError.ts';
import { type Entry, listDataset } from './dataset.ts';
import { firstFew } from './firstFew.ts';
import type { ImageShape, Pixels } from './image.ts';
import { findLabel, matchLabels } from './labels.ts';
import { readImage } from './readImage.ts';
import { fitTo, type Resizing, stretching } from './resizing.ts';
import { sample } from './sample.ts';
import type { DatasetSource } from './source.ts';
import { countByExtension, leaveOut, type Unreadable } from './unreadable.ts';

/** An image of a dataset, ready for the model. */
export interface LabeledImage {
  readonly file: string;
  /** SHA-256 of the file, or of the pixels if there is no file. */
  readonly sha256: string;
  readonly pixels: Pixels;
  /** Index of the true class; missing if the model's own prediction is used. */
  readonly label?: number;
  /** What was done to the image to fit the model. */
  readonly notes: readonly string[];
}

/** The images of a test, and notes about them. */
export interface Examples<T = LabeledImage> {
  readonly images: readonly T[];
  readonly notes: readonly string[];
}

/** Which images of a dataset to use. */
export interface Selection {
  readonly dataset: DatasetSource;
  /** Names of the model's classes, in their order. */
  readonly classNames: readonly string[];
  /** Only images of these classes; all if missing. */
  readonly classes?: readonly string[] | undefined;
  /** Of the sample that is drawn if the dataset has a limit. */
  readonly seed: number;
}

/** How images are read for a model. */
export interface Reading {
  readonly shape: ImageShape;
  /** Stretched if missing. */
  readonly resizing?: Resizing | undefined;
  readonly signal?: AbortSignal;
}

/**
 * Reads the selected images.
 * @param keep what is kept of each image.
 * @throws UserError for a dataset or an image that cannot be read, or a label that is not a class of the model.
 */
export async function loadExamples<T extends Omit<LabeledImage, 'pixels'>>(
  selection: Selection,
  reading: Reading,
  keep: (image: LabeledImage) => T,
): Promise<Examples<T>> {
  const { files, notes } = await listExamples(selection);
  const read = await readImages(files, selection.dataset, reading, keep);
  return { images: read.images, notes: [...notes, ...read.notes, ...countNotes(read.images)] };
}

/** A file and the index of its class. */
export interface LabeledFile {
  readonly file: string;
  readonly label?: number;
}

/**
 * The selected files: those of the classes, or a seeded sample of them if the dataset has a limit.
 * @throws UserError for a dataset that cannot be read, or a label that is not a class of the model.
 */
export async function listExamples({
  dataset,
  classNames,
  classes,
  seed,
}: Selection): Promise<{ files: readonly LabeledFile[]; notes: readonly string[] }> {
  const { entries, emptyFolders, notes } = await listDataset(dataset);
  refuseParts(dataset, entries, classNames);
  const labels = matchLabels(
    entries.flatMap(({ label }) => (label === undefined ? [] : [label])),
    classNames,
    remedyFor(dataset),
  );
  const wanted = classes && new Set(matchLabels(classes, classNames, 'Change "classes" of this test').values());
  const isWanted = ({ label }: { readonly label?: number | undefined }) =>
    wanted === undefined || (label !== undefined && wanted.has(label));

  const labeled = entries
    .map((entry) => ({ ...entry, label: entry.label === undefined ? undefined : labels.get(entry.label) }))
    .filter(isWanted);
  const usable = labeled.filter(({ unreadable }) => unreadable === undefined);
  const lost: Unreadable[] = labeled.flatMap(({ file, label, unreadable }) =>
    unreadable === undefined ? [] : [{ file, label, reason: unreadable }],
  );
  const empty: string[] = [];
  for (const { name, files } of emptyFolders) {
    const label = findLabel(name, classNames);
    // A class folder with files but no known image presumably has images in some other format.
    if (label === undefined || files.length === 0) empty.push(describeEmpty(name, files));
    else if (isWanted({ label })) lost.push(...files.map((file) => ({ file, label, reason: noKnownFormat(file) })));
  }

  const leftOut = leaveOut(dataset, lost, usable);
  if (usable.length === 0) {
    throw new UserError(`${dataset.path}: no image has a label among the test's classes ${classes?.join(', ')}.`);
  }
  const { limit, sampling = 'proportional' } = dataset;
  const drawn = limit === undefined ? usable : sample(usable, ({ label }) => label, limit, seed, sampling);
  return {
    files: drawn.map(({ file, label }) => (label === undefined ? { file } : { file, label })),
    notes: [...notes, ...leftOut, ...(empty.length > 0 ? [`folders without images: ${empty.join(', ')}`] : [])],
  };
}

const partNames = /^(train|training|val|valid|validation|dev|test|testing)$/i;

/** Refuses a folder of which the folders are the parts of a dataset, each with the classes. */
function refuseParts(
  { name, path: folder, labels }: DatasetSource,
  entries: readonly Entry[],
  classes: readonly string[],
) {
  if (labels !== 'folders') return;
  const found = [...new Set(entries.map(({ label = '' }) => label))];
  if (!found.every((label) => partNames.test(label) && findLabel(label, classes) === undefined)) return;
  const one = path.join(folder, found.find((label) => /^test/i.test(label)) ?? (found.at(-1) as string));
  throw new UserError(
    `${folder} has no class folders, but the parts of a dataset: ${firstFew(found)}. Set "path" of dataset "${name}" to one of them, such as ${one}.`,
  );
}

/** What to change where a label is no class. */
function remedyFor({ name, path, labels }: DatasetSource): string {
  if (typeof labels !== 'object') return `Rename the class folder in ${path}`;
  return 'csv' in labels
    ? `Change the label in ${labels.csv}`
    : `Rename the class folder in ${path}, or set its class in "labels" of dataset "${name}"`;
}

function describeEmpty(name: string, files: readonly string[]): string {
  return files.length === 0 ? name : `${name} (${countByExtension(files)})`;
}

function noKnownFormat(file: string): string {
  return `${file} is in a class folder that has no images, and its format is unknown.`;
}

/**
 * Reads images, each brought to the shape of a model. Unreadable ones are left out if the dataset's settings say so.
 * @param keep what is kept of each image.
 * @throws UserError for an image that cannot be read, or a resizing that does not fit the model.
 */
export async function readImages<T extends { readonly label?: number }>(
  files: readonly LabeledFile[],
  dataset: DatasetSource,
  { shape, resizing = stretching, signal }: Reading,
  keep: (image: LabeledImage) => T,
): Promise<Examples<T>> {
  const fit = fitTo(shape, resizing);
  const images: T[] = [];
  const lost: Unreadable[] = [];
  for (const { file, label } of files) {
    signal?.throwIfAborted();
    try {
      images.push(keep({ ...(await readImage(file, shape, fit)), file, ...(label !== undefined && { label }) }));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      lost.push({ file, label, reason: error.message });
    }
  }
  return { images, notes: leaveOut(dataset, lost, images) };
}

/** "stretched to 32×32 (lanczos): 12 images" for everything that had to be done. */
function countNotes(images: readonly Pick<LabeledImage, 'notes'>[]): string[] {
  const counts = new Map<string, number>();
  for (const note of images.flatMap(({ notes }) => notes)) counts.set(note, (counts.get(note) ?? 0) + 1);
  return [...counts].map(([note, count]) => `${note}: ${count} ${count === 1 ? 'image' : 'images'}`);
}
