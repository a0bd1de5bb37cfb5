import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { ImageShape, Pixels } from '../data/image.ts';
import { writePng } from '../data/writeImage.ts';
import { imagesFolder, writing } from './runFolder.ts';

/**
 * Saves an image as the model receives it, once however many tests use it.
 * @param sha256 of its file.
 * @returns its path relative to the run folder.
 * @throws UserError when the folder cannot be written to or the disk is full.
 */
export async function saveImage(folder: string, sha256: string, pixels: Pixels, shape: ImageShape): Promise<string> {
  const name = `${sha256.slice(0, 16)}-${shape.width}x${shape.height}x${shape.channels}.png`;
  return save(folder, ['originals'], name, (file) => writePng(file, pixels, shape));
}

/**
 * Saves one of the images of a run.
 * @param place the folders below that of images.
 * @returns its path relative to the run folder, with slashes.
 */
export async function save(
  folder: string,
  place: readonly string[],
  name: string,
  write: (file: string) => Promise<void>,
): Promise<string> {
  const relative = path.join(imagesFolder, ...place, name);
  const file = path.join(folder, relative);
  await writing(path.dirname(file), (directory) => mkdir(directory, { recursive: true }));
  await write(file);
  return relative.split(path.sep).join('/');
}
