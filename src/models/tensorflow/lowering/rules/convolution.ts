import { CannotLower } from '../../../cannotLower.ts';
import { elementCount } from '../../../onnx/graph/graph.ts';
import type { Call, Rule, Tensor } from '../call.ts';
import { fixed, isFixed } from '../dims.ts';
import { fusedTail } from '../fused.ts';
import { type Images, imagesIn, imagesOf, perSide, placed, type Windows } from '../windows.ts';

/** Kernels are [height, width, inputs of a group, outputs] in TensorFlow, and [outputs, inputs of a group, height, width] in ONNX. */
const toOutputsFirst = [3, 2, 0, 1] as const;

function kernelOf(call: Call): { readonly tensor: Tensor; readonly dims: readonly [number, number, number, number] } {
  const tensor = call.input(1);
  const dims = fixed(tensor.dims);
  if (dims.length !== 4 || elementCount(dims) === 0) throw new CannotLower('its kernel is not one of images');
  return { tensor, dims: dims as [number, number, number, number] };
}

function windowsOf(call: Call, kernel: readonly [number, number]): Windows {
  return { kernel, strides: perSide(call, 'strides'), dilations: perSide(call, 'dilations') };
}

/** Images under a kernel in the order of ONNX, whose height and width are `sides`. */
function convolved(
  call: Call,
  images: Images,
  kernel: {
    readonly value: string;
    readonly sides: readonly [number, number];
    readonly groups: number;
    readonly outputs: number;
  },
): Tensor {
  const windows = windowsOf(call, kernel.sides);
  const { attributes, sides } = placed(call, windows, images.sides);
  const value = call.build.op('Conv', [images.value, kernel.value], {
    ...attributes,
    dilations: windows.dilations,
    group: kernel.groups,
  });
  return imagesOf(call, { ...images, value, channels: kernel.outputs, sides });
}

const convolution: Rule = (call) => {
  const images = imagesIn(call);
  const { tensor, dims } = kernelOf(call);
  const [height, width, inputs, outputs] = dims;
  const groups = images.channels / inputs;
  if (!Number.isInteger(groups) || outputs % groups !== 0) {
    throw new CannotLower(`its kernel takes ${inputs} channels, and it is given ${images.channels}`);
  }
  const value = call.reordered(tensor, toOutputsFirst);
  return convolved(call, images, { value, sides: [height, width], groups, outputs });
};

/** Each channel is a group of its own. Kernels are [height, width, channels, outputs of each]. */
const depthwise: Rule = (call) => {
  const images = imagesIn(call);
  const { tensor, dims } = kernelOf(call);
  const [height, width, channels, multiplier] = dims;
  if (channels !== images.channels) {
    throw new CannotLower(`its kernel takes ${channels} channels, and it is given ${images.channels}`);
  }
  const outputs = channels * multiplier;
  const value = call.reordered(tensor, [2, 3, 0, 1], [outputs, 1, height, width]);
  return convolved(call, images, { value, sides: [height, width], groups: channels, outputs });
};

/** The gradient of a convolution, which is a transposed one: of the shape of the images, a kernel, and what it gave. */
const transposedConvolution: Rule = (call) => {
  const given = call.input(2);
  const small = imagesIn(call, given);
  const { tensor, dims } = kernelOf(call);
  const [height, width, outputs, inputs] = dims;
  const target = call.sizes(0);
  const isLast = call.text('data_format', 'NHWC') === 'NHWC';
  const large = (isLast ? target.slice(-3, -1) : target.slice(-2)) as [number, number];
  if (!large.every(isFixed) || inputs !== small.channels) throw new CannotLower('its shapes do not fit its kernel');
  const windows = windowsOf(call, [height, width]);
  const { pads, sides } = placed(call, windows, large);
  if (sides.some((size, axis) => size !== small.sides[axis])) throw new CannotLower('its shapes do not fit each other');
  const more = large.map((size, axis) => {
    const reach = ((windows.kernel[axis] as number) - 1) * (windows.dilations[axis] as number) + 1;
    const covered = ((small.sides[axis] as number) - 1) * (windows.strides[axis] as number) + reach;
    return size - covered + (pads[axis] as number) + (pads[axis + 2] as number);
  });
  const value = call.build.op('ConvTranspose', [small.value, call.reordered(tensor, toOutputsFirst)], {
    kernel_shape: windows.kernel,
    strides: windows.strides,
    dilations: windows.dilations,
    pads,
    output_padding: more,
  });
  return imagesOf(call, { ...small, value, channels: outputs, sides: large }, given.type);
};

/** Convolutions, also with what follows them in one operation. */
export const convolutions: Readonly<Record<string, Rule>> = {
  Conv2D: convolution,
  _FusedConv2D: fusedTail(convolution, 2),
  DepthwiseConv2dNative: depthwise,
  FusedDepthwiseConv2dNative: fusedTail(depthwise, 2),
  _FusedDepthwiseConv2dNative: fusedTail(depthwise, 2),
  Conv2DBackpropInput: transposedConvolution,
};
