import { createHash } from 'node:crypto';
import path from 'node:path';
import { listDataset } from '../../data/dataset.ts';
import type { ImageShape } from '../../data/image.ts';
import { type LabeledImage, readImages } from '../../data/loadExamples.ts';
import type { Resizing } from '../../data/resizing.ts';
import { UserError } from '../../userError.ts';
import { nobody } from './templates.ts';
import type { EnrolledSource } from './verification.ts';

/** An identity with all its images. */
export interface EnrolledIdentity {
  readonly name: string;
  readonly images: readonly [LabeledImage, ...LabeledImage[]];
}

/** Enrolled identities in the order of their names, and a hash of all that a model takes from them. */
export interface EnrolledImages {
  readonly identities: readonly EnrolledIdentity[];
  readonly sha256: string;
}

/**
 * Reads the enrolled images of each identity.
 * @param shape of the model's images.
 * @throws UserError for a folder without identities, an identity without images or called "nobody", and an image that
 * cannot be read.
 */
export async function readIdentities(
  { path: folder, threshold }: EnrolledSource,
  shape: ImageShape,
  resizing?: Resizing,
): Promise<EnrolledImages> {
  const source = { name: 'enrolled', path: folder, labels: 'folders' } as const;
  const { entries, emptyFolders } = await listDataset(source).catch((error: unknown) => {
    throw error instanceof UserError
      ? new UserError(
          `The enrolled images of a model cannot be used: there must be one folder per identity. ${error.message}`,
        )
      : error;
  });
  const [empty] = emptyFolders;
  if (empty) {
    throw new UserError(
      `${path.join(folder, empty.name)} has no image, so "${empty.name}" cannot be enrolled. Add an image, or remove the folder.`,
    );
  }
  const names = [...new Set(entries.map(({ label }) => label as string))];
  if (names.includes(nobody)) {
    throw new UserError(
      `${path.join(folder, nobody)}: an enrolled identity cannot be called "${nobody}", which is the class of everyone else. Rename the folder.`,
    );
  }
  const unreadable = entries.find((entry) => entry.unreadable !== undefined);
  if (unreadable) throw new UserError(unreadable.unreadable as string);
  const read = await Promise.all(
    names.map(async (name, label) => {
      const files = entries.filter((entry) => entry.label === name).map(({ file }) => ({ file, label }));
      const { images } = await readImages(files, source, { shape, resizing }, (image) => image);
      return { name, images: images as [LabeledImage, ...LabeledImage[]] };
    }),
  );
  const hash = createHash('sha256').update(`${threshold}`);
  for (const { name, images } of read) {
    hash.update(`\n${name}`);
    for (const { sha256 } of images) hash.update(` ${sha256}`);
  }
  return {
    identities: read,
    sha256: hash.digest('hex'),
  };
}
