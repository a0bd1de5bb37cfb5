import { broadcast } from '../../../broadcast.ts';
import { CannotLower } from '../../../cannotLower.ts';
import { elementCount } from '../../../onnx/graph/graph.ts';
import type { Call, Lowered, Rule } from '../call.ts';
import { windowsOf } from '../windows.ts';

/** Which inputs of an operator are what. */
interface Places {
  readonly x: number;
  readonly kernel: number;
  readonly bias: number;
}

type Emit = (x: Lowered, kernel: Lowered, bias: Lowered | undefined) => Lowered;

/**
 * What is linear in an input, with weights for each channel of the result. Of a quantized one, whole numbers are summed,
 * which is exact in float32 up to 2²⁴, and the sums are then scaled (Jacob et al. 2018, equation 4).
 */
function weighted(call: Call, { x, kernel, bias }: Places, emit: Emit): Lowered {
  const [steps, weights] = [call.steps(x), call.steps(kernel)];
  const offsets = call.steps(bias);
  const isExact = call.isQuantized && steps && weights && (offsets || call.optional(bias) === undefined);
  if (!isExact) return emit(call.input(x), call.input(kernel), call.optional(bias));
  const sums = emit(steps, weights, offsets);
  const scales = weights.scales.map((scale) => scale * (steps.scales[0] as number));
  const [scale = 1] = scales;
  const factors =
    scales.length === 1
      ? call.build.floats(scale)
      : call.build.floats(scales, sums.channelsFirst ? [scales.length, 1, 1] : [scales.length]);
  return { ...sums, value: call.build.mul(sums.value, factors) };
}

const usual: Places = { x: 0, kernel: 1, bias: 2 };

/** @param what in words. */
function shapeOf({ dims }: Lowered, what: string): readonly [number, number, number, number] {
  if (dims.length === 4) return dims as unknown as [number, number, number, number];
  throw new CannotLower(`its ${what} have the shape [${dims.join(', ')}], which has not four axes`);
}

const valuesOf = (...tensors: readonly (string | undefined)[]) => tensors.filter((value) => value !== undefined);

/** Weights are [outputs, height, width, inputs], and [outputs, inputs, height, width] in ONNX. */
const convolution: Rule = (call) =>
  weighted(call, usual, (x, kernel, bias) => {
    const [outputs, height, width, inputs] = shapeOf(kernel, 'weights');
    const [images, , , channels] = shapeOf(x, 'images');
    const windows = windowsOf(call, x, [height, width]);
    const group = channels / inputs;
    if (!Number.isInteger(group) || outputs % group !== 0) {
      throw new CannotLower(`its weights take ${inputs} channels, and its images have ${channels}`);
    }
    const weights = call.build.transpose(kernel.value, [0, 3, 1, 2]);
    const value = call.build.op('Conv', valuesOf(call.first(x), weights, bias?.value), {
      ...windows.attributes,
      group,
    });
    return call.giveImage(value, [images, ...windows.count, outputs]);
  });

/** Weights are [1, height, width, outputs]; in ONNX each channel of the images is a group. */
const depthwise: Rule = (call) =>
  weighted(call, usual, (x, kernel, bias) => {
    const [one, height, width, outputs] = shapeOf(kernel, 'weights');
    const [images, , , group] = shapeOf(x, 'images');
    const windows = windowsOf(call, x, [height, width]);
    if (one !== 1 || outputs % group !== 0) {
      throw new CannotLower(`its weights give ${outputs} channels for images of ${group}`);
    }
    const weights = call.build.transpose(kernel.value, [3, 0, 1, 2]);
    const value = call.build.op('Conv', valuesOf(call.first(x), weights, bias?.value), {
      ...windows.attributes,
      group,
    });
    return call.giveImage(value, [images, ...windows.count, outputs]);
  });

/** The gradient of the convolution that would make the input of the result: its windows are those over the result. */
const transposed: Rule = (call) =>
  weighted(call, { x: 2, kernel: 1, bias: 3 }, (x, kernel, bias) => {
    const [outputs, height, width, inputs] = shapeOf(kernel, 'weights');
    const dims = call.sizes(0);
    const { attributes, count } = windowsOf(call, { dims }, [height, width]);
    if (inputs !== x.dims[3] || count.some((size, axis) => size !== x.dims[axis + 1])) {
      throw new CannotLower(`images of [${x.dims.join(', ')}] do not become [${dims.join(', ')}]`);
    }
    const { pads, strides, kernel_shape: kernelShape } = attributes;
    const missing = ([0, 1] as const).map((axis) => {
      const padded = (pads[axis] as number) + (pads[axis + 2] as number);
      return (dims[axis + 1] as number) - ((count[axis] - 1) * strides[axis] + kernelShape[axis] - padded);
    });
    const weights = call.build.transpose(kernel.value, [3, 0, 1, 2]);
    const value = call.build.op('ConvTranspose', valuesOf(call.first(x), weights, bias?.value), {
      ...attributes,
      output_padding: missing,
    });
    return call.giveImage(value, [x.dims[0] as number, dims[1] as number, dims[2] as number, outputs]);
  });

/** x Wᵀ + b, of all numbers of an image in a row, or of every vector in the last axis. */
const fullyConnected: Rule = (call) => {
  if (call.option('weightsFormat') !== 0) throw new CannotLower('its weights are in another order');
  return weighted(call, usual, (x, kernel, bias) => {
    const { build } = call;
    const [outputs, inputs] = kernel.dims as [number, number];
    const rows = elementCount(x.dims) / inputs;
    const keepsDims = call.option('keepDims') === 1;
    if (kernel.dims.length !== 2 || !Number.isInteger(rows) || (keepsDims && x.dims.at(-1) !== inputs)) {
      throw new CannotLower(`[${x.dims.join(', ')}] does not fit its weights, [${kernel.dims.join(', ')}]`);
    }
    const flat = [rows, outputs];
    // Of vectors that were put below each other first, each image keeps its own.
    const own = keepsDims ? x : (call.shownBy(x) ?? x);
    if (own.dims.length > 2 && own.dims.at(-1) === inputs) {
      const dims = [...own.dims.slice(0, -1), outputs];
      const sums = build.op('MatMul', [call.last(own), build.transpose(kernel.value, [1, 0])]);
      const result = call.give(bias ? build.add(sums, bias.value) : sums, dims);
      return keepsDims ? result : call.reshaped(result, flat);
    }
    const { value: row } = call.reshaped(x, [rows, inputs]);
    return call.give(build.op('Gemm', valuesOf(row, kernel.value, bias?.value), { transB: 1 }), flat);
  });
};

const product: Rule = (call) => {
  const [a, b] = [call.x, call.input(1)];
  const turned = ({ dims }: Lowered, isTurned: number) =>
    isTurned ? dims.toSpliced(-2, 2, ...dims.slice(-2).reverse()) : dims;
  const value = (x: Lowered, isTurned: number) => {
    const order = x.dims.map((_, axis) => axis);
    return isTurned ? call.build.transpose(call.last(x), turned({ ...x, dims: order }, 1)) : call.last(x);
  };
  const [adjointX, adjointY] = [call.option('adjointX'), call.option('adjointY')];
  const [left, right] = [turned(a, adjointX), turned(b, adjointY)];
  const [rows = 0, inner] = left.slice(-2);
  const [same, columns = 0] = right.slice(-2);
  if (left.length < 2 || right.length < 2 || inner !== same) {
    throw new CannotLower(`[${a.dims.join(', ')}] and [${b.dims.join(', ')}] do not fit together`);
  }
  const dims = [...broadcast(left.slice(0, -2), right.slice(0, -2)), rows, columns];
  return call.give(call.build.op('MatMul', [value(a, adjointX), value(b, adjointY)]), dims);
};

/** Operators that are linear in their input. */
export const linear: Readonly<Record<string, Rule>> = {
  CONV_2D: convolution,
  DEPTHWISE_CONV_2D: depthwise,
  TRANSPOSE_CONV: transposed,
  FULLY_CONNECTED: fullyConnected,
  BATCH_MATMUL: product,
};
