import { stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../userError.ts';
import { inCodePointOrder } from './codePointOrder.ts';
import { readError } from './fileErrors.ts';
import { imageExtensions } from './imageFormats.ts';
import { listImages } from './listImages.ts';
import { readLabelTable } from './readLabelTable.ts';
import type { DatasetSource } from './source.ts';

/** One image of a dataset. */
export interface Entry {
  /** An absolute path, if the dataset's is one. */
  readonly file: string;
  /** The label as the dataset gives it; missing when the model's own predictions are to be the labels. */
  readonly label?: string;
}

/** The images of a dataset, in the order of the code points of their paths, and what the user should know of them. */
export interface Listing {
  readonly entries: readonly Entry[];
  readonly notes: readonly string[];
}

/**
 * Lists the images of a dataset with their labels. Nothing is decoded, and `limit` is left to `sample`.
 *
 * @throws UserError when the folder is missing, is none, or has no images, or when the CSV file cannot be used.
 */
export async function listDataset(source: DatasetSource): Promise<Listing> {
  const { path: folder, labels } = source;
  const found = await stat(folder).catch((error) => {
    if (error.code !== 'ENOENT') throw readError(folder, error);
    throw new UserError(`The dataset folder ${folder} does not exist. Correct the path of dataset "${source.name}".`);
  });
  if (!found.isDirectory()) {
    throw new UserError(`The dataset ${folder} is not a folder. Name the folder that the images are in.`);
  }
  const listing = typeof labels === 'object' ? await fromTable(labels.csv, folder) : await fromFolder(folder, labels);
  return { ...listing, entries: inCodePointOrder(listing.entries, ({ file }) => file.replaceAll(path.sep, '/')) };
}

async function fromTable(csv: string, folder: string): Promise<Listing> {
  const rows = await readLabelTable(csv, folder);
  if (rows.length === 0) throw new UserError(`${csv} lists no images. Add a line for every image below the header.`);
  return { entries: rows.map(({ file, label }) => ({ file: path.resolve(folder, file), label })), notes: [] };
}

async function fromFolder(folder: string, labels: 'folders' | 'predictions'): Promise<Listing> {
  const images = await listImages(folder);
  if (images.length === 0) {
    throw new UserError(
      `The dataset folder ${folder} has no images. Add some; their names must end in ${imageExtensions.join(', ')}.`,
    );
  }
  const unlabeled = images.map((image) => ({ file: path.join(folder, image) }));
  if (labels === 'predictions') return { entries: unlabeled, notes: [] };

  const inClassFolders = images.filter((image) => image.includes('/'));
  const looseCount = images.length - inClassFolders.length;
  if (inClassFolders.length === 0) {
    return { entries: unlabeled, notes: ["no class folders: the model's own predictions are the labels"] };
  }
  return {
    entries: inClassFolders.map((image) => ({
      file: path.join(folder, image),
      label: image.slice(0, image.indexOf('/')),
    })),
    notes: looseCount > 0 ? [`images outside the class folders are left out: ${looseCount}`] : [],
  };
}
