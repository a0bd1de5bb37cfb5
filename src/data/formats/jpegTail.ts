import type { Decoded } from './decoded.ts';

/** What decoders put in the place of pixels that a JPEG lacks. */
const filler = 128;

/** The share of pixels, from 0 to 1, that a baseline JPEG of gray or RGB seems to lack: those that are filled. */
export function missingShare({ data, width, height, channels }: Omit<Decoded, 'colors' | 'notes'>): number {
  let filled = 0;
  for (let i = 0; i < data.length; i += channels) {
    if (data[i] === filler && data[i + 1] === filler && data[i + 2] === filler) filled++;
  }
  return filled / (width * height);
}
