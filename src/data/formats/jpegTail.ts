import type { Decoded } from './decoded.ts';

/** What decoders put in the place of pixels that a JPEG lacks. */
const filler = 128;

/** The share of rows at the end of a baseline JPEG, from 0 to 1, that are missing: those that are filled throughout. */
export function missingShare({
  data,
  width,
  height,
  channels,
}: Pick<Decoded, 'data' | 'width' | 'height' | 'channels'>): number {
  const last = data.findLastIndex((level) => level !== filler);
  const present = Math.ceil((last + 1) / (width * channels));
  return 1 - present / height;
}
