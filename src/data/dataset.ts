import { stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../userError.ts';
import { inCodePointOrder } from './codePointOrder.ts';
import { readError } from './fileErrors.ts';
import { imageExtensions } from './formats/imageFormats.ts';
import { type FoundFile, listImages } from './listImages.ts';
import { readLabelTable } from './readLabelTable.ts';
import type { DatasetSource } from './source.ts';

/** One image of a dataset. */
export interface Entry {
  /** An absolute path, if the dataset's is one. */
  readonly file: string;
  /** The label in the dataset; missing when the model's own predictions are the labels. */
  readonly label?: string;
  /** Why it cannot be read, if its format is not supported. */
  readonly unreadable?: string;
}

/** A folder that may be meant as a class but has no images. */
export interface EmptyFolder {
  readonly name: string;
  /** Its files, other than those usually found next to images. */
  readonly files: readonly string[];
}

/** The images of a dataset, in code point order of their paths, and what the user should know about them. */
export interface Listing {
  readonly entries: readonly Entry[];
  readonly emptyFolders: readonly EmptyFolder[];
  readonly notes: readonly string[];
}

/**
 * Lists the images of a dataset with their labels. Nothing is decoded, and `limit` is left to `sample`.
 *
 * @throws UserError when the folder is missing, not a folder, or has no images, when labels need class folders and
 * there are none, or when the CSV file cannot be used.
 */
export async function listDataset(source: DatasetSource): Promise<Listing> {
  const { path: folder, labels } = source;
  const found = await stat(folder).catch((error) => {
    if (error.code !== 'ENOENT') throw readError(folder, error);
    throw new UserError(`The dataset folder ${folder} does not exist. Correct the path of dataset "${source.name}".`);
  });
  if (!found.isDirectory()) {
    throw new UserError(`The dataset ${folder} is not a folder. Name the folder that contains the images.`);
  }
  const listing = await (typeof labels === 'object' && 'csv' in labels
    ? fromTable(labels.csv, folder)
    : fromFolder(source));
  return { ...listing, entries: inCodePointOrder(listing.entries, ({ file }) => file.replaceAll(path.sep, '/')) };
}

async function fromTable(csv: string, folder: string): Promise<Listing> {
  const { rows, notes } = await readLabelTable(csv, folder);
  if (rows.length === 0) throw new UserError(`${csv} lists no images. Add a line for each image below the header.`);
  return { entries: rows, emptyFolders: [], notes };
}

async function fromFolder({ name, path: folder, labels }: DatasetSource): Promise<Listing> {
  const { files, folders } = await listImages(folder);
  const images = files.filter(({ kind }) => kind !== 'other');
  if (images.length === 0) {
    throw new UserError(
      `The dataset folder ${folder} has no images. Add some; their names must end in ${imageExtensions.join(', ')}.`,
    );
  }
  const toEntry = ({ path: file, kind }: FoundFile) => ({
    file: path.join(folder, file),
    ...(kind === 'foreign' && { unreadable: foreignFormat(path.join(folder, file)) }),
  });
  if (labels === 'predictions') return { entries: images.map(toEntry), emptyFolders: [], notes: [] };

  const inFolders = images.filter((image) => folderOf(image) !== undefined);
  if (inFolders.length === 0) {
    throw new UserError(
      `${folder} has ${images.length} images, but no class folders to take labels from. Sort the images into one folder per ` +
        `class, or set "labels" of dataset "${name}" to a .csv file, or to "predictions" to use the model's own.`,
    );
  }
  const loose = images.length - inFolders.length;
  const classOf = typeof labels === 'object' && 'classOf' in labels ? labels.classOf : {};
  const labelOf = (image: FoundFile) => {
    const name = folderOf(image) as string;
    return Object.hasOwn(classOf, name) ? (classOf[name] as string) : name;
  };
  const withImages = new Set(inFolders.map(folderOf));
  return {
    entries: inFolders.map((image) => ({ ...toEntry(image), label: labelOf(image) })),
    emptyFolders: folders
      .filter((each) => !withImages.has(each))
      .map((each) => ({
        name: each,
        files: files.filter((file) => folderOf(file) === each).map((file) => path.join(folder, file.path)),
      })),
    notes: loose > 0 ? [`images outside the class folders are left out: ${loose}`] : [],
  };
}

/** The name of the top-level folder that a file is in. */
function folderOf({ path: file }: FoundFile): string | undefined {
  const end = file.indexOf('/');
  return end < 0 ? undefined : file.slice(0, end);
}

function foreignFormat(file: string): string {
  return `Cannot read the image ${file}: its format is not supported. Convert it to PNG or JPEG.`;
}
