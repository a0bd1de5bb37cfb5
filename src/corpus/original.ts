import { createHash } from 'node:crypto';
import path from 'node:path';
import { levelsOf } from '../data/grid.ts';
import type { ImageShape, Pixels } from '../data/image.ts';
import { readImage } from '../data/readImage.ts';
import { fitTo, type Resizing } from '../data/resizing.ts';
import { UserError } from '../userError.ts';
import type { Counterexample } from './counterexample.ts';
import { applyDelta } from './delta.ts';

/** How a model receives images. */
export interface Receiving {
  readonly input: ImageShape;
  readonly resizing: Resizing;
}

/** Short SHA-256 of the gray levels that a model receives, and their shape: it tells whether a perturbation still fits. */
export function inputDigest(pixels: Pixels, { height, width, channels }: ImageShape): string {
  return createHash('sha256')
    .update(`${height} ${width} ${channels}\n`)
    .update(levelsOf(pixels))
    .digest('hex')
    .slice(0, 16);
}

/** The place of an image as kept counterexamples state it. */
export function relativeTo(folder: string, image: string): string {
  return path.relative(folder, image).split(path.sep).join('/');
}

/** An image, its perturbation added, and one of few pixels if that is another; all on the 8-bit grid. */
export interface Revived {
  readonly file: string;
  readonly original: Pixels;
  readonly adversarial: Pixels;
  readonly sparse?: Pixels;
}

/**
 * Brings a kept counterexample back.
 * @param folder that it is kept in.
 * @throws UserError when its original is missing or has changed, when the model receives it otherwise than it did, or when
 * the perturbation is damaged.
 */
export async function revive(one: Counterexample, folder: string, { input, resizing }: Receiving): Promise<Revived> {
  const file = path.resolve(folder, one.image);
  const name = `the known counterexample ${one.identity.slice(0, 12)} in ${folder}`;
  const forget = 'or remove the line of the counterexample';
  const { pixels, sha256 } = await readImage(file, input, fitTo(input, resizing)).catch((error: Error) => {
    throw new UserError(`${error.message} It is the original of ${name}: restore the file, ${forget}.`);
  });
  if (sha256 !== one.sha256) {
    throw new UserError(`${file} has changed since ${name} was kept. Restore the file, ${forget}.`);
  }
  if (inputDigest(pixels, input) !== one.input) {
    throw new UserError(
      `The model receives ${file} otherwise than when ${name} was kept: its input size or how images are resized has changed. Undo that, ${forget}.`,
    );
  }
  try {
    return {
      file,
      original: pixels,
      adversarial: applyDelta(pixels, one.witness),
      ...(one.sparse !== undefined && { sparse: applyDelta(pixels, one.sparse) }),
    };
  } catch (error) {
    throw new UserError(`${name}: ${(error as Error).message}. Restore its line from version control, or remove it.`);
  }
}
