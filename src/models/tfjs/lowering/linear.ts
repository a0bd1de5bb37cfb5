import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { foldAffine } from '../operations/affine.ts';
import { activationOf } from './activations.ts';
import type { LayoutBuilder, Lowered } from './layoutBuilder.ts';
import { type Borders, type Config, type OnnxStep, type Rule, shapeAfter } from './step.ts';

/** Layers that are linear in their input, with their final activation. */
export const linear: Readonly<Record<string, Rule>> = {
  Conv2D: (config, weights, layer) => [
    paddable(config, (own) => weighted(weights, convolution(own))),
    ...activationOf(config, layer),
  ],
  DepthwiseConv2D: (config, weights, layer) => [
    paddable(config, (own) => weighted(weights, depthwise(own))),
    ...activationOf(config, layer),
  ],
  SeparableConv2D: (config, [kernel, ...pointwise], layer) => [
    paddable(config, (own) => weighted([kernel as tf.Tensor], depthwise(own))),
    weighted(pointwise, pixelwise),
    ...activationOf(config, layer),
  ],
  Conv2DTranspose: (config, weights, layer) => [transposed(config, weights, layer), ...activationOf(config, layer)],
  Dense: (config, weights, layer) => [weighted(weights, dense), ...activationOf(config, layer)],
};

type Emit = (x: Lowered, kernel: tf.Tensor, bias: tf.Tensor | undefined, build: LayoutBuilder) => Lowered;

/** A step with a kernel and possibly a bias, into which a following affine step can be folded. */
function weighted([kernel, bias]: readonly tf.Tensor[], emit: Emit): OnnxStep {
  return {
    emit: ([x], build) => emit(x as Lowered, kernel as tf.Tensor, bias, build),
    absorb: (affine) => weighted(foldAffine(kernel as tf.Tensor, bias, affine), emit),
  };
}

/** A convolution that may take zeros around its image as its own padding, if it has none. */
function paddable(config: Config, step: (config: Config) => OnnxStep): OnnxStep {
  if (config.padding !== 'valid') return step(config);
  const withBorders = ([rows, columns]: Borders) => step({ ...config, padding: [[0, 0], rows, columns, [0, 0]] });
  return { ...step(config), withBorders };
}

interface ConvolutionConfig {
  readonly strides: [number, number];
  readonly padding: 'same' | 'valid' | tf.backend_util.ExplicitPadding;
  readonly dilationRate: [number, number];
}

/** Kernels are [height, width, inputs, outputs] in TensorFlow.js, and [outputs, inputs, height, width] in ONNX. */
function convolution(config: Config): Emit {
  return (x, kernel, bias, build) => {
    const { strides, padding, dilationRate } = config as unknown as ConvolutionConfig;
    const info = tf.backend_util.computeConv2DInfo(imageShape(x), shapeOf(kernel), strides, dilationRate, padding);
    return conv(x, tf.transpose(kernel, [3, 2, 0, 1]), bias, info, 1, build);
  };
}

/** A 1 × 1 convolution. */
const pixelwise = convolution({ strides: [1, 1], padding: 'valid', dilationRate: [1, 1] });

/** Kernels are [height, width, channels, multiplier] in TensorFlow.js; in ONNX each channel is a group. */
function depthwise(config: Config): Emit {
  return (x, kernel, bias, build) => {
    const { strides, padding, dilationRate } = config as unknown as ConvolutionConfig;
    const [height, width, channels, multiplier] = shapeOf(kernel);
    const info = tf.backend_util.computeConv2DInfo(
      imageShape(x),
      shapeOf(kernel),
      strides,
      dilationRate,
      padding,
      'floor',
      true,
    );
    const grouped = tf.reshape(tf.transpose(kernel, [2, 3, 0, 1]), [channels * multiplier, 1, height, width]);
    return conv(x, grouped, bias, info, channels, build);
  };
}

function conv(
  x: Lowered,
  kernel: tf.Tensor,
  bias: tf.Tensor | undefined,
  info: tf.backend_util.Conv2DInfo,
  group: number,
  build: LayoutBuilder,
): Lowered {
  const inputs = [build.channelsFirst(x), build.weight(kernel), ...(bias ? [build.weight(bias)] : [])];
  const { strideHeight, strideWidth, dilationHeight, dilationWidth } = info;
  const value = build.op('Conv', inputs, {
    kernel_shape: kernel.shape.slice(2),
    strides: [strideHeight, strideWidth],
    dilations: [dilationHeight, dilationWidth],
    pads: padsOf(info),
    group,
  });
  return { value, shape: info.outShape.slice(1), channelsFirst: true };
}

/** Kernels are [height, width, outputs, inputs] in TensorFlow.js, and [inputs, outputs, height, width] in ONNX. */
function transposed(config: Config, [kernel, bias]: readonly tf.Tensor[], layer: tfl.layers.Layer): OnnxStep {
  const { strides, padding } = config as unknown as ConvolutionConfig;
  const filter = kernel as tf.Tensor;
  return {
    emit: ([given], build) => {
      const x = given as Lowered;
      const shape = shapeAfter(layer, x);
      // The padding is that of the convolution whose gradient this is, from the output's shape to the input's.
      const info = tf.backend_util.computeConv2DInfo([1, ...shape] as Shape, shapeOf(filter), strides, 1, padding);
      const [top, left, bottom, right] = padsOf(info);
      const reached = [
        (info.outHeight - 1) * info.strideHeight + info.filterHeight - top - bottom,
        (info.outWidth - 1) * info.strideWidth + info.filterWidth - left - right,
      ];
      const weights = build.weight(tf.transpose(filter, [3, 2, 0, 1]));
      const inputs = [build.channelsFirst(x), weights, ...(bias ? [build.weight(bias)] : [])];
      const value = build.op('ConvTranspose', inputs, {
        kernel_shape: filter.shape.slice(0, 2),
        strides,
        pads: [top, left, bottom, right],
        output_padding: reached.map((size, axis) => (shape[axis] as number) - size),
      });
      return { value, shape, channelsFirst: true };
    },
  };
}

/** A matrix product; at every pixel of an image it is a convolution. */
const dense: Emit = (x, kernel, bias, build) => {
  const [inputs, outputs] = kernel.shape as [number, number];
  const shape = [...x.shape.slice(0, -1), outputs];
  if (shape.length === 3) return pixelwise(x, tf.reshape(kernel, [1, 1, inputs, outputs]), bias, build);
  const rest = bias ? [build.weight(bias)] : [];
  if (shape.length === 1) {
    return { value: build.op('Gemm', [x.value, build.weight(kernel), ...rest]), shape, channelsFirst: false };
  }
  const product = build.op('MatMul', [build.channelsLast(x), build.weight(kernel)]);
  return { value: rest.reduce((a, b) => build.add(a, b), product), shape, channelsFirst: false };
};

type Shape = [number, number, number, number];

function imageShape({ shape }: Lowered): Shape {
  return [1, ...shape] as Shape;
}

function shapeOf(kernel: tf.Tensor): Shape {
  return kernel.shape as Shape;
}

/** The padding of a window: ONNX lists the padding before each axis, then after. */
export function padsOf({ padInfo }: tf.backend_util.Conv2DInfo): [number, number, number, number] {
  return [padInfo.top, padInfo.left, padInfo.bottom, padInfo.right];
}
