/** The change of every color value, and the largest of them, in gray levels. */
export interface Difference {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue of each pixel, after − before. */
  readonly levels: Int16Array;
  readonly largest: number;
}

/**
 * How a difference is drawn: in its own colors, where gray is no change and the sign shows, or black is no change; or one
 * value of each pixel as a heat map.
 */
export const differenceKinds = ['signed', 'absolute', 'red', 'green', 'blue', 'luminance', 'magnitude'] as const;
export type DifferenceKind = (typeof differenceKinds)[number];

/** The kinds in which a change has a sign: the range reaches as far down as up. */
const unsignedKinds: readonly DifferenceKind[] = ['absolute', 'magnitude'];

export function hasSign(kind: DifferenceKind): boolean {
  return !unsignedKinds.includes(kind);
}

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

/** True if all channels of every pixel change alike, as they do in gray images. */
export function isGray({ levels }: Difference): boolean {
  for (let i = 0; i < levels.length; i += 3) {
    if (levels[i] !== levels[i + 1] || levels[i] !== levels[i + 2]) return false;
  }
  return true;
}

/** The gain as a number. @param largest as `largestOf` says. */
export function resolveGain(gain: Gain, kind: DifferenceKind, largest: number): number {
  return gain === 'auto' ? fullRange(kind) / Math.max(1, largest) : gain;
}

/** The amplified change that fills the range of a picture, in gray levels. */
export function fullRange(kind: DifferenceKind): number {
  return hasSign(kind) ? 127.5 : 255;
}

/** The largest change, regardless of its sign, in gray levels. */
export function largestOf(difference: Difference, kind: DifferenceKind): number {
  if (kind === 'signed' || kind === 'absolute') return difference.largest;
  return heatOf(difference, kind).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** The next gain up or down the list. */
export function stepGain(gain: Gain, by: 1 | -1): Gain {
  const place = (gains as readonly Gain[]).indexOf(gain);
  return gains[Math.min(gains.length - 1, Math.max(0, place + by))] ?? 'auto';
}

/** A difference as an opaque picture. */
export function drawDifference(
  difference: Difference,
  gain: number,
  kind: DifferenceKind,
): Uint8ClampedArray<ArrayBuffer> {
  const { levels, width, height } = difference;
  // A clamped array rounds halves to even; 127.5 becomes 128.
  const pixels = new Uint8ClampedArray(4 * width * height).fill(255);
  if (kind !== 'signed' && kind !== 'absolute') {
    const scale = gain / fullRange(kind);
    for (const [i, value] of heatOf(difference, kind).entries()) pixels.set(heatColor(scale * value, kind), 4 * i);
    return pixels;
  }
  for (let from = 0, to = 0; from < levels.length; from += 3, to += 4) {
    for (let channel = 0; channel < 3; channel++) {
      const change = gain * (levels[from + channel] as number);
      pixels[to + channel] = kind === 'signed' ? Math.round(127.5 + change) : Math.abs(change);
    }
  }
  return pixels;
}

type HeatKind = Exclude<DifferenceKind, 'signed' | 'absolute'>;

/**
 * One value for each pixel, in gray levels: the change of a channel, of the luminance (Rec. 709's weights, on the values as
 * they are), or the Euclidean length of the change of all channels.
 */
function heatOf({ levels }: Difference, kind: HeatKind): Float32Array {
  const of = {
    red: (r: number) => r,
    green: (_: number, g: number) => g,
    blue: (_r: number, _g: number, b: number) => b,
    luminance: (r: number, g: number, b: number) => 0.2126 * r + 0.7152 * g + 0.0722 * b,
    magnitude: (r: number, g: number, b: number) => Math.hypot(r, g, b),
  }[kind];
  return Float32Array.from({ length: levels.length / 3 }, (_, i) =>
    of(levels[3 * i] as number, levels[3 * i + 1] as number, levels[3 * i + 2] as number),
  );
}

type Rgb = readonly [red: number, green: number, blue: number];

/** From all lowered over no change to all raised, and from no change to the largest: evenly spaced. */
const scales: Readonly<Record<'diverging' | 'rising', readonly Rgb[]>> = {
  diverging: [
    [10, 60, 150],
    [105, 165, 215],
    [245, 245, 245],
    [235, 140, 95],
    [150, 20, 30],
  ],
  rising: [
    [0, 0, 0],
    [80, 20, 110],
    [190, 55, 85],
    [250, 145, 25],
    [255, 255, 170],
  ],
};

/** The color of a value on a heat map. @param value from −1, or 0 where it has no sign, to 1; others are cut off. */
export function heatColor(value: number, kind: DifferenceKind): Rgb {
  const scale = hasSign(kind) ? scales.diverging : scales.rising;
  const share = hasSign(kind) ? (value + 1) / 2 : value;
  const at = Math.min(1, Math.max(0, share)) * (scale.length - 1);
  const [low, high] = [scale[Math.floor(at)], scale[Math.ceil(at)]] as [Rgb, Rgb];
  const mix = (channel: 0 | 1 | 2) => Math.round(low[channel] + (at % 1) * (high[channel] - low[channel]));
  return [mix(0), mix(1), mix(2)];
}
