import type * as tf from '@tensorflow/tfjs-core';
import { GraphBuilder } from '../../onnx/graph/graphBuilder.ts';

/** A value of a layers model in the graph. */
export interface Lowered {
  readonly value: string;
  /** Dimensions for one image, in TensorFlow.js's order: channels last. */
  readonly shape: readonly number[];
  /** The value is [batch, channels, height, width], as for ONNX convolutions; else it is [batch, ...shape]. */
  readonly channelsFirst: boolean;
}

/** Where the axes of a channels-first value are in the shape that TensorFlow.js gives it, batch included. */
const toChannelsFirst = [0, 3, 1, 2] as const;
const toChannelsLast = [0, 2, 3, 1] as const;

/** Builds a graph with channels-first images, and gives values in either layout. */
export class LayoutBuilder extends GraphBuilder {
  readonly #turned = new Map<string, string>();

  /** The value as [batch, channels, height, width]; unchanged if it does not have an image's dimensions. */
  channelsFirst({ value, shape, channelsFirst }: Lowered): string {
    if (channelsFirst || shape.length !== 3) return value;
    const [height, width, channels] = shape as [number, number, number];
    return this.#turn(value, shape, toChannelsFirst, [channels, height, width]);
  }

  /** The value in the order of TensorFlow.js: [batch, ...shape]. */
  channelsLast({ value, shape, channelsFirst }: Lowered): string {
    return channelsFirst ? this.#turn(value, shape, toChannelsLast, shape) : value;
  }

  /** A constant of a tensor's numbers. */
  weight(tensor: tf.Tensor): string {
    return this.floats(tensor.dataSync() as Float32Array, tensor.shape);
  }

  #turn(
    value: string,
    [height, width, channels]: readonly number[],
    permutation: readonly number[],
    dims: readonly number[],
  ) {
    const known = this.#turned.get(value);
    if (known !== undefined) return known;
    const sameOrder = channels === 1 || (height === 1 && width === 1);
    const turned = sameOrder ? this.reshape(value, [-1, ...dims]) : this.transpose(value, permutation);
    this.#turned.set(value, turned);
    return turned;
  }
}

/**
 * Converts an axis of TensorFlow.js's shape, including the batch and possibly counted from the end, to an axis of the
 * value.
 */
export function axisOf(axis: number, { shape, channelsFirst }: Omit<Lowered, 'value'>): number {
  const positive = axis < 0 ? axis + shape.length + 1 : axis;
  return channelsFirst ? toChannelsFirst.indexOf(positive as 0) : positive;
}
