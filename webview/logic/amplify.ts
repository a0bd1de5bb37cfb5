/** The change of every color value, and the largest of them, in gray levels. */
export interface Difference {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue of each pixel, after − before. */
  readonly levels: Int16Array;
  readonly largest: number;
}

/** How a difference is drawn: gray is no change and the sign shows, or black is no change. */
export const differenceKinds = ['signed', 'absolute'] as const;
export type DifferenceKind = (typeof differenceKinds)[number];

/** How many gray levels one level of change is drawn as; `auto` makes the largest change fill the range. */
export type Gain = number | 'auto';

/** The gains that the view offers. */
export const gains = ['auto', 1, 2, 4, 8, 16, 32, 64, 128, 255] as const satisfies readonly Gain[];

/** Pixels as a canvas has them: red, green, blue, alpha. */
export interface RgbaImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/**
 * The difference of two images.
 * @throws RangeError when their sizes differ.
 */
export function subtract(before: RgbaImage, after: RgbaImage): Difference {
  const { width, height } = before;
  if (after.width !== width || after.height !== height) throw new RangeError('the images differ in size');
  const levels = new Int16Array(3 * width * height);
  let largest = 0;
  for (let from = 0, to = 0; to < levels.length; from += 4, to += 3) {
    for (let channel = 0; channel < 3; channel++) {
      const change = (after.data[from + channel] as number) - (before.data[from + channel] as number);
      levels[to + channel] = change;
      largest = Math.max(largest, Math.abs(change));
    }
  }
  return { width, height, levels, largest };
}

/** The gain as a number. */
export function resolveGain(gain: Gain, kind: DifferenceKind, largest: number): number {
  if (gain !== 'auto') return gain;
  return (kind === 'signed' ? 127.5 : 255) / Math.max(1, largest);
}

/** The next gain up or down the list. */
export function stepGain(gain: Gain, by: 1 | -1): Gain {
  const place = (gains as readonly Gain[]).indexOf(gain);
  return gains[Math.min(gains.length - 1, Math.max(0, place + by))] ?? 'auto';
}

/** A difference as an opaque picture. */
export function drawDifference(
  { levels, width, height }: Difference,
  gain: number,
  kind: DifferenceKind,
): Uint8ClampedArray<ArrayBuffer> {
  // A clamped array rounds halves to even; 127.5 becomes 128.
  const pixels = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let from = 0, to = 0; from < levels.length; from += 3, to += 4) {
    for (let channel = 0; channel < 3; channel++) {
      const change = gain * (levels[from + channel] as number);
      pixels[to + channel] = kind === 'signed' ? Math.round(127.5 + change) : Math.abs(change);
    }
  }
  return pixels;
}
