import type { Decoded } from './decoded.ts';

/** What decoders fill in for pixels missing from a JPEG. */
const filler = 128;

/** The share of pixels, from 0 to 1, that seem to be missing from a baseline gray or RGB JPEG: the filled ones. */
export function missingShare({ data, width, height, channels }: Omit<Decoded, 'colors' | 'notes'>): number {
  let filled = 0;
  for (let i = 0; i < data.length; i += channels) {
    if (data[i] === filler && data[i + 1] === filler && data[i + 2] === filler) filled++;
  }
  return filled / (width * height);
}
