import type { ImageShape } from '../../../data/image.ts';
import { UserError } from '../../../userError.ts';
import { type Layout, layoutOf, shapeIn, squareSide } from '../../inputShape.ts';
import { channelsOf } from './channels.ts';
import type { Graph, Value } from './graph.ts';

/** How a model takes images. */
export interface ImageInput {
  readonly value: Value;
  readonly layout: Layout;
  readonly shape: ImageShape;
  /** How many images one run takes; "any" if the file does not fix it. */
  readonly batch: number | 'any';
  /** The dimensions that it takes, if not the four of images; −1 is the batch. */
  readonly dims?: readonly number[];
}

/** What the settings say about a model's images. */
export interface StatedInput {
  /** Side of square images, for a model that takes any. */
  readonly size?: number;
  /** Shape of one image in the model's axis order, without the batch. */
  readonly input?: readonly number[];
}

type Dim = number | string | undefined;

/**
 * The input of a model as images: [batch, channels, height, width], the channels last, without batch or channels, or
 * all numbers in a row. Whatever the file leaves open follows from the settings, or from the first convolution.
 * @throws UserError when the model does not take images, or when their shape is not known.
 */
export function imageInputOf(graph: Graph, stated: StatedInput): ImageInput {
  const { inputs } = graph;
  const [value] = inputs;
  const dims = value?.dims;
  if (value === undefined || inputs.length !== 1 || (dims && (dims.length < 1 || dims.length > 4))) {
    const list = inputs.map(({ name, dims }) => `${name} [${dims?.join(', ') ?? '?'}]`).join(', ');
    throw new UserError(
      `The model takes ${list || 'nothing'}. Perturb needs a classifier that takes one batch of images.`,
    );
  }
  const found = new Finder(graph, value, stated);
  switch (dims?.length) {
    case 1:
      return found.flat(dims[0], 1, false);
    case 2:
      return fixed(dims[0]) > 1 && fixed(dims[1]) > 1 ? found.gray(dims, 1, false) : found.flat(dims[1], dims[0], true);
    case 3:
      return found.withoutAnAxis(dims);
    default:
      return found.images(dims ?? ['?', '?', '?', '?']);
  }
}

/** A dimension that the file fixes, else 0. */
function fixed(dim: Dim): number {
  return typeof dim === 'number' && dim > 0 ? dim : 0;
}

function isColor(dim: Dim): dim is 1 | 3 {
  return dim === 1 || dim === 3;
}

class Finder {
  readonly #graph: Graph;
  readonly #value: Value;
  readonly #stated: StatedInput;
  /** For messages. */
  readonly #list: string;

  constructor(graph: Graph, value: Value, stated: StatedInput) {
    this.#graph = graph;
    this.#value = value;
    this.#stated = stated;
    this.#list = `[${value.dims?.join(', ') ?? '?'}]`;
  }

  images(dims: readonly (number | string)[]): ImageInput {
    const { layout, channels } = this.#channels(dims);
    const [height, width] = layout === 'NCHW' ? dims.slice(2) : dims.slice(1, 3);
    const shape = this.#shape(channels, height, width, layout);
    return { value: this.#value, layout, shape, batch: fixed(dims[0]) || 'any' };
  }

  /** Three axes: without a batch, or gray images without channels. */
  withoutAnAxis(dims: readonly (number | string)[]): ImageInput {
    const [first, second, third] = dims;
    if (first === 1 || (fixed(first) === 0 && !isColor(third))) return this.gray([second, third], first, true);
    const layout = isColor(first) ? 'NCHW' : isColor(third) ? 'NHWC' : undefined;
    if (layout === undefined) throw this.#unknownChannels();
    const [channels, ...sides] = layout === 'NCHW' ? [first, second, third] : [third, first, second];
    const shape = this.#shape(channels as 1 | 3, sides[0], sides[1], layout);
    const { height, width } = shape;
    const own = layout === 'NCHW' ? [shape.channels, height, width] : [height, width, shape.channels];
    return { value: this.#value, layout, shape, batch: 1, dims: own };
  }

  gray([height, width]: readonly Dim[], batch: Dim, hasBatch: boolean): ImageInput {
    const shape = this.#shape(1, height, width);
    const own = [shape.height, shape.width];
    return this.#reshaped('NHWC', shape, own, batch, hasBatch);
  }

  /** All numbers of an image in a row. */
  flat(count: Dim, batch: Dim, hasBatch: boolean): ImageInput {
    const length = fixed(count);
    const { input } = this.#stated;
    if (input !== undefined) {
      const shape = shapeIn(input);
      if (length !== 0 && shape.height * shape.width * shape.channels !== length) throw this.#contradiction();
      return this.#reshaped(layoutOf(input), shape, [input.reduce((a, b) => a * b, 1)], batch, hasBatch);
    }
    const side = squareSide(length);
    if (side !== undefined) {
      return this.#reshaped('NHWC', { height: side, width: side, channels: 1 }, [length], batch, hasBatch);
    }
    const color = squareSide(length / 3);
    const example = color === undefined ? '[1, 28, 28]' : `[3, ${color}, ${color}] or [${color}, ${color}, 3]`;
    throw new UserError(
      `The model takes ${this.#value.name} ${this.#list}, which does not determine the shape of the images. If it classifies images, state their shape in the model’s axis order as "input" of this model in the settings, such as ${example}.`,
    );
  }

  #reshaped(layout: Layout, shape: ImageShape, own: readonly number[], batch: Dim, hasBatch: boolean): ImageInput {
    const count = hasBatch ? fixed(batch) || 'any' : 1;
    const dims = hasBatch ? [count === 'any' ? -1 : count, ...own] : own;
    return { value: this.#value, layout, shape, batch: count, dims };
  }

  #channels(dims: readonly (number | string)[]): { layout: Layout; channels: 1 | 3 } {
    const [, second, , last] = dims;
    const found = channelsOf(this.#graph, this.#value.name);
    const own = found?.axis === 1 ? 'NCHW' : found?.axis === 3 ? 'NHWC' : undefined;
    // Where both axes could be the channels, as of images 3 pixels high, the first layer decides.
    if (isColor(last) && (!isColor(second) || (own === 'NHWC' && found?.count === last))) {
      return { layout: 'NHWC', channels: last };
    }
    if (isColor(second)) return { layout: 'NCHW', channels: second };
    const { input } = this.#stated;
    const open = { NCHW: fixed(second) === 0, NHWC: fixed(last) === 0 };
    const stated = input && layoutOf(input, own);
    if (stated && open[stated]) return { layout: stated, channels: shapeIn(input, own).channels as 1 | 3 };
    if (own === undefined || !open[own] || !isColor(found?.count)) throw this.#unknownChannels(found?.count);
    return { layout: own, channels: found.count };
  }

  #shape(channels: number, height: Dim, width: Dim, layout?: Layout): ImageShape {
    const { input, size } = this.#stated;
    const stated = input && shapeIn(input, layout);
    const side = (dim: Dim, own: number | undefined) => {
      if (fixed(dim) > 0 && own !== undefined && own !== dim) throw this.#contradiction();
      return fixed(dim) || own || size;
    };
    const [rows, columns] = [side(height, stated?.height), side(width, stated?.width)];
    if (rows === undefined || columns === undefined) {
      throw new UserError(
        `The model takes images of any size (${this.#list}). State the size as "input": [${channels}, 224, 224] of this model in the settings, or as "crop": 224 in its "preprocessing".`,
      );
    }
    if (stated && stated.channels !== channels) throw this.#contradiction();
    return { height: rows, width: columns, channels: channels as 1 | 3 };
  }

  #contradiction(): UserError {
    return new UserError(
      `"input" of this model is [${this.#stated.input?.join(', ')}] in the settings, but its file says ${this.#list}. Change it to match the file, or remove it.`,
    );
  }

  #unknownChannels(found?: number): UserError {
    const why = found === undefined ? '' : ` Its first layer takes ${found} channels.`;
    const remedy =
      fixed(this.#value.dims?.[1]) > 0 && fixed(this.#value.dims?.at(-1)) > 0
        ? ''
        : ' If it takes such images, state their shape in the model’s axis order as "input" of this model in the settings, such as [3, 224, 224].';
    return new UserError(
      `The model takes ${this.#list}.${why} Perturb needs images with 1 or 3 channels, in the second or the last axis.${remedy}`,
    );
  }
}
