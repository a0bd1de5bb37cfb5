import type { ImageShape } from '../data/image.ts';
import type { Verification } from '../models/verification/verification.ts';
import type { TestReport } from './report.ts';
import { saveImage } from './saveImage.ts';

/**
 * What a report says of the identities that a model knows; an image of each is saved into the run folder.
 * @param path the folder of enrolled images.
 * @throws UserError when the run folder cannot be written to.
 */
export async function describeEnrolled(
  folder: string,
  path: string,
  { threshold, identities }: Verification,
  shape: ImageShape,
): Promise<TestReport['model']['enrolled']> {
  const described: { readonly name: string; readonly images: number; readonly image: string }[] = [];
  for (const { name, files, pixels } of identities) {
    described.push({ name, images: files.length, image: await saveImage(folder, pixels, shape) });
  }
  return { path, threshold, identities: described };
}
