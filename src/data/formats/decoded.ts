/** A decoded image file: upright, 8 bits per channel, row by row. */
export interface Decoded {
  /** RGB, with alpha where there are four channels. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
  /** What the file contained: gray, RGB, or the name of another color space. */
  readonly colors: 'gray' | 'rgb' | (string & {});
  /** What had to be done to it, in a few words each. */
  readonly notes: readonly string[];
}

/** The note on an image with more than 8 bits per channel. */
export const reducedDepth = '16 bits per channel reduced to 8';
