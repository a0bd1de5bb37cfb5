/** Height, width and channels of a model's images. One channel is gray, three are RGB. */
export interface ImageShape {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
}

/** One image: height × width × channels, row by row, RGB, each value in [0, 1]. */
export type Pixels = Float32Array;

/** How many values an image of this shape has. */
export function sizeOf(shape: ImageShape): number {
  return shape.height * shape.width * shape.channels;
}
