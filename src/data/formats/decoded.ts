/** An image file as decoded: upright, 8 bits a channel, row by row. */
export interface Decoded {
  /** RGB, with alpha where there are four channels. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
  /** What the file held: gray, color in red, green and blue, or the name of another color space. */
  readonly colors: 'gray' | 'rgb' | (string & {});
  /** What had to be done to it, in few words each. */
  readonly notes: readonly string[];
}

/** What is noted of an image of more than 8 bits a channel. */
export const reducedDepth = '16 bits a channel reduced to 8';
