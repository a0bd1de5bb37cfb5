import { CannotLower } from '../../cannotLower.ts';
import { samePadding } from '../../samePadding.ts';
import type { Call, Tensor } from './call.ts';
import { type Dim, fixed, isFixed, shown } from './dims.ts';

/** Images that an operation works on, in the order of ONNX. */
export interface Images {
  readonly value: string;
  readonly count: Dim;
  readonly channels: number;
  /** Height and width. */
  readonly sides: readonly [number, number];
}

/** The images of a tensor, in the order that the operation states ("NHWC" or "NCHW"). @throws CannotLower */
export function imagesIn(call: Call, tensor = call.x): Images {
  const { dims } = tensor;
  const [count = 1] = dims;
  if (dims.length !== 4) throw new CannotLower(`it takes ${shown(dims)}, which are no images`);
  const rest = dims.slice(1);
  if (!rest.every(isFixed)) {
    throw new CannotLower(
      'it needs the height and width of the images, which the model leaves open; state them as "input" of this model in the settings, such as [224, 224, 3]',
    );
  }
  if (isChannelsFirst(call)) {
    const [channels, height, width] = rest as [number, number, number];
    return { value: call.plain(tensor), count, channels, sides: [height, width] };
  }
  const [height, width, channels] = rest as [number, number, number];
  return { value: call.first(tensor), count, channels, sides: [height, width] };
}

/** A value in the order of ONNX as a tensor in the order that the operation states. */
export function imagesOf(call: Call, images: Images, type = call.x.type): Tensor {
  const { value, count, channels, sides } = images;
  if (isChannelsFirst(call)) return { value, type, dims: [count, channels, ...sides] };
  return { value, type, dims: [count, ...sides, channels], channelsFirst: true };
}

function isChannelsFirst(call: Call): boolean {
  const format = call.text('data_format', 'NHWC');
  if (format !== 'NHWC' && format !== 'NCHW') throw new CannotLower(`its data_format ${format} is not of images`);
  return format === 'NCHW';
}

/** The axes of images in an attribute that has a number for each of the four, such as strides. */
export function perSide(call: Call, name: string, missing = 1): [number, number] {
  const stated = call.numbersIn(name);
  if (stated.length === 0) return [missing, missing];
  const [height, width] = isChannelsFirst(call) ? stated.slice(2) : stated.slice(1, 3);
  const others = isChannelsFirst(call) ? stated.slice(0, 2) : [stated[0], stated[3]];
  if (stated.length !== 4 || others.some((size) => size !== 1)) {
    throw new CannotLower(`its ${name} [${stated.join(', ')}] are not those of images`);
  }
  const sides = [height, width] as [number, number];
  if (sides.some((size) => !Number.isSafeInteger(size) || size < 1)) {
    throw new CannotLower(`its ${name} [${stated.join(', ')}] are damaged`);
  }
  return sides;
}

/** How windows lie on images. */
export interface Windows {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
}

/** The attributes of windows in ONNX, and the height and width of what they give. */
export interface Placed {
  readonly attributes: Readonly<Record<string, readonly number[]>>;
  readonly sides: readonly [number, number];
  /** Before each side, then after. */
  readonly pads: readonly [number, number, number, number];
}

/**
 * Places windows on images as TensorFlow does: "SAME" gives ⌈size / stride⌉ of them, and the odd padding goes to the end.
 * @throws CannotLower when nothing is left.
 */
export function placed(call: Call, { kernel, strides, dilations }: Windows, sides: readonly [number, number]): Placed {
  const reach = kernel.map((size, axis) => (size - 1) * (dilations[axis] as number) + 1);
  const [before, after] = padding(call, sides, reach, strides);
  const found = sides.map((size, axis) => {
    const padded = size + (before[axis] as number) + (after[axis] as number);
    return Math.floor((padded - (reach[axis] as number)) / (strides[axis] as number)) + 1;
  }) as [number, number];
  if (found.some((size) => size < 1)) {
    throw new CannotLower(`its windows of ${reach.join(' × ')} are larger than images of ${sides.join(' × ')}`);
  }
  const pads = [...before, ...after] as [number, number, number, number];
  return { attributes: { kernel_shape: kernel, strides, pads }, sides: found, pads };
}

function padding(
  call: Call,
  sides: readonly number[],
  reach: readonly number[],
  strides: readonly number[],
): readonly [before: number[], after: number[]] {
  const kind = call.text('padding');
  switch (kind) {
    case 'VALID':
      return [
        [0, 0],
        [0, 0],
      ];
    case 'SAME': {
      const pads = sides.map((size, axis) => samePadding(size, strides[axis] as number, reach[axis] as number));
      return [pads.map(({ before }) => before), pads.map(({ after }) => after)];
    }
    case 'EXPLICIT': {
      const stated = call.numbersIn('explicit_paddings');
      const at = isChannelsFirst(call) ? 4 : 2;
      const pads = fixed(stated.slice(at, at + 4));
      if (stated.length !== 8 || pads.some((size) => !Number.isSafeInteger(size) || size < 0)) {
        throw new CannotLower('its explicit_paddings are damaged');
      }
      return [
        [pads[0] as number, pads[2] as number],
        [pads[1] as number, pads[3] as number],
      ];
    }
    default:
      throw new CannotLower(`its padding "${kind}" is unknown`);
  }
}
