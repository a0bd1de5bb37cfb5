import { readBytes } from './readBytes.ts';

/** Enough for the labels of millions of images, and parsed in seconds: with more memory, a larger file is no likelier. */
const mostBytes = 2 ** 28;

/**
 * The text of a file in any common encoding: UTF-8, UTF-16 by its byte order mark or its zeros, or else Windows-1252,
 * which covers Latin-1. The byte order mark is removed.
 * @throws UserError when the file cannot be read.
 */
export async function readText(file: string): Promise<string> {
  const bytes = await readBytes(file, mostBytes);
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}

function encodingOf(bytes: Buffer): string {
  const [first, second] = bytes;
  // Latin letters have a zero before or after them in UTF-16; text with one byte per letter has no zeros.
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return 'utf-16le';
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0)) return 'utf-16be';
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return 'utf-8';
  } catch {
    return 'windows-1252';
  }
}
