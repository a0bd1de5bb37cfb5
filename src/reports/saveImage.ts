import { createHash } from 'node:crypto';
import { lstat, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { levelsOf } from '../data/grid.ts';
import type { ImageShape, Pixels } from '../data/image.ts';
import { writePng } from '../data/writeImage.ts';
import { imagesFolder, writing } from './runFolder.ts';

/**
 * Saves an image as a model receives it, once however many tests use it. Its name tells its pixels, not its file: models that
 * crop it in other ways receive other images of one file.
 * @returns its path relative to the run folder.
 * @throws UserError when the folder cannot be written to or the disk is full.
 */
export async function saveImage(folder: string, pixels: Pixels, shape: ImageShape): Promise<string> {
  const hash = createHash('sha256').update(levelsOf(pixels)).digest('hex').slice(0, 16);
  const name = `${hash}-${shape.width}x${shape.height}x${shape.channels}.png`;
  const place = ['originals'];
  const known = path.join(folder, imagesFolder, ...place, name);
  if (await isFile(known)) return relativeTo(folder, known);
  return save(folder, place, name, (file) => writePng(file, pixels, shape));
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
  const file = path.join(folder, imagesFolder, ...place, name);
  await writing(path.dirname(file), (directory) => mkdir(directory, { recursive: true }));
  await write(file);
  return relativeTo(folder, file);
}

function relativeTo(folder: string, file: string): string {
  return path.relative(folder, file).split(path.sep).join('/');
}

async function isFile(file: string): Promise<boolean> {
  const found = await lstat(file).catch(() => undefined);
  return found?.isFile() ?? false;
}
