import { isLfsPointer } from '../lfsPointer.ts';
import { decodeBmp } from './bmp.ts';
import type { Decoded } from './decoded.ts';
import { formatOf } from './imageFormats.ts';
import { decodePnm } from './pnm.ts';
import { decodeWithSharp } from './sharpFormats.ts';
import { Undecodable } from './undecodable.ts';

/**
 * Decodes an image file; its bytes determine the format, whatever its name says.
 * @throws Undecodable when it cannot be read.
 */
export async function decodeImage(bytes: Buffer): Promise<Decoded> {
  if (bytes.length === 0) throw new Undecodable('the file is empty');
  if (isLfsPointer(bytes)) throw new Undecodable('Git LFS has not downloaded it', 'Run "git lfs pull".');
  switch (formatOf(bytes)) {
    case 'bmp':
      return decodeBmp(bytes);
    case 'pnm':
      return decodePnm(bytes);
    case 'foreign':
      throw new Undecodable('its format is not supported', 'Convert it to PNG or JPEG.');
    default:
      return decodeWithSharp(bytes);
  }
}
