import { elementCount } from '../graph/graph.ts';
import type { RuntimeTensor } from './session.ts';

/** A value inside a graph that functionals may weigh. */
export interface Activation {
  readonly value: string;
  /** Its axis order in the graph; callers always see channels last. */
  readonly channelsFirst: boolean;
}

/** The values of each image of a batch, channels last, and their shape in this order. */
export function activationRows(
  { dims, data }: RuntimeTensor,
  { channelsFirst }: Activation,
  batch: number,
): { rows: Float32Array[]; shape: readonly number[] } {
  const image = dims.slice(1);
  const size = elementCount(image);
  const rows = Array.from({ length: batch }, (_, i) => {
    const row = (data as Float32Array).slice(i * size, (i + 1) * size);
    return channelsFirst ? toChannelsLast(row, image) : row;
  });
  const [channels = 1, ...places] = image;
  return { rows, shape: channelsFirst ? [...places, channels] : image };
}

/** Converts values from channels last to channels first. @param dims of the result: channels, then places. */
export function toChannelsFirst(values: Float32Array, [channels = 1, ...places]: readonly number[]): Float32Array {
  return exchanged(values, elementCount(places), channels);
}

/** @param dims of the values: channels, then places. */
function toChannelsLast(values: Float32Array, [channels = 1, ...places]: readonly number[]): Float32Array {
  return exchanged(values, channels, elementCount(places));
}

/** The transpose of a matrix with these numbers of rows and columns. */
function exchanged(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[column * rows + row] = values[row * columns + column] as number;
    }
  }
  return result;
}
