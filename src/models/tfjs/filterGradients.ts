import * as tf from '@tensorflow/tfjs-core';

type Shape4D = [number, number, number, number];
type ConvInfo = tf.backend_util.Conv2DInfo;
type ExplicitPadding = [[number, number], [number, number], [number, number], [number, number]];

interface ConvolutionAttrs {
  strides: [number, number] | number;
  pad: 'valid' | 'same' | number | ExplicitPadding;
  dilations?: [number, number] | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
  dataFormat?: 'NHWC' | 'NCHW';
}

interface FilterGradientArguments {
  inputs: { x: tf.Tensor4D; dy: tf.Tensor4D };
  attrs: ConvolutionAttrs & { filterShape: Shape4D };
}

interface InputGradientArguments {
  inputs: { dy: tf.Tensor4D; filter: tf.Tensor4D };
  attrs: ConvolutionAttrs & { inputShape: Shape4D };
}

const WASM = 'wasm';

/**
 * Registers the convolution gradients that the WebAssembly backend lacks, so that layers models can be trained on it.
 * A filter gradient is itself a convolution, so the backend's fast forward kernels can compute it. Per axis,
 *
 *     dW[i, c, k] = sum over n, p of  X[n, p*stride + i*dilation - pad, c] * dY[n, p, k]
 *
 * slides dY over X, where strides and dilations have traded places:
 *
 * - `Conv2DBackpropFilter`: X's channels become the batch and its batch becomes the channels. X [N,H,W,C] as [C,H,W,N],
 *   convolved with dY [N,h,w,K] as the filter [h,w,N,K], gives [C,kh,kw,K], which is dW [kh,kw,C,K] transposed.
 * - `DepthwiseConv2dNativeBackpropFilter`: the channels stay apart, and so do the images until the end. X as
 *   [1,H,W,N*C], convolved depthwise with dY as [h,w,N*C,M], gives [kh,kw,N,C*M], which is summed over N.
 * - `DepthwiseConv2dNativeBackpropInput`: dY, with `stride - 1` zeros between its pixels and a border, is convolved
 *   depthwise with the filter turned by 180 degrees, then summed over the M outputs of each channel: dX [N,H,W,C].
 *
 * Kernels that the backend already has are left alone, so calling this again does nothing.
 */
export function registerFilterGradients(): void {
  registerMissing(tf.Conv2DBackpropFilter, conv2dFilterGradient);
  registerMissing(tf.DepthwiseConv2dNativeBackpropFilter, depthwiseFilterGradient);
  registerMissing(tf.DepthwiseConv2dNativeBackpropInput, depthwiseInputGradient);
}

/**
 * Replaces the WebAssembly backend's `Conv2DBackpropInput` by a forward convolution: dY [N,h,w,K], with `stride - 1`
 * zeros between its pixels and a border, convolved with the filter turned by 180 degrees as [kh,kw,K,C], is dX [N,H,W,C].
 * The backend's own kernel is a plain loop, about ten times slower for 3x3 filters, and gradient-based attacks spend most
 * of their time in it. Calling this again does nothing.
 */
export function replaceInputGradient(): void {
  if (tf.getKernel(tf.Conv2DBackpropInput, WASM)?.kernelFunc === INPUT_GRADIENT_KERNEL) {
    return;
  }
  if (tf.getKernel(tf.Conv2DBackpropInput, WASM) !== undefined) {
    tf.unregisterKernel(tf.Conv2DBackpropInput, WASM);
  }
  tf.registerKernel({
    kernelName: tf.Conv2DBackpropInput,
    backendName: WASM,
    kernelFunc: INPUT_GRADIENT_KERNEL,
  });
}

const INPUT_GRADIENT_KERNEL = toKernel(conv2dInputGradient);

function registerMissing<Arguments>(kernelName: string, gradient: (call: Arguments) => tf.Tensor): void {
  if (tf.getKernel(kernelName, WASM) === undefined) {
    tf.registerKernel({ kernelName, backendName: WASM, kernelFunc: toKernel(gradient) });
  }
}

/** The engine hands whole tensors to a kernel, though its type promises no more than their descriptions. */
function toKernel<Arguments>(gradient: (call: Arguments) => tf.Tensor): tf.KernelFunc {
  return ({ inputs, attrs }) => tf.tidy(() => gradient({ inputs, attrs } as unknown as Arguments));
}

function conv2dFilterGradient({ inputs: { x, dy }, attrs }: FilterGradientArguments): tf.Tensor {
  const info = forwardInfo(x.shape, attrs.filterShape, attrs, false);
  const channelsAsBatch = tf.transpose(alignToFilter(x, info), [3, 1, 2, 0]);
  const dyAsFilter = tf.transpose(dy, [1, 2, 0, 3]);
  const gradient = tf.conv2d(channelsAsBatch, dyAsFilter, dilations(info), 'valid', 'NHWC', strides(info));
  return tf.transpose(gradient, [1, 2, 0, 3]);
}

function depthwiseFilterGradient({ inputs: { x, dy }, attrs }: FilterGradientArguments): tf.Tensor {
  const [kernelHeight, kernelWidth, channels, multiplier] = attrs.filterShape;
  const info = forwardInfo(x.shape, attrs.filterShape, attrs, true);
  const aligned = alignToFilter(x, info);
  const [batch, height, width] = aligned.shape;
  const planes = batch * channels;
  const planesOfX = tf.reshape(tf.transpose(aligned, [1, 2, 0, 3]), [1, height, width, planes]) as tf.Tensor4D;
  const planesOfDy = tf.reshape(tf.transpose(dy, [1, 2, 0, 3]), [info.outHeight, info.outWidth, planes, multiplier]);
  const perImage = tf.depthwiseConv2d(
    planesOfX,
    planesOfDy as tf.Tensor4D,
    dilations(info),
    'valid',
    'NHWC',
    strides(info),
  );
  const gradient = tf.sum(tf.reshape(perImage, [kernelHeight, kernelWidth, batch, channels * multiplier]), 2);
  return tf.reshape(gradient, attrs.filterShape);
}

function depthwiseInputGradient({ inputs: { dy, filter }, attrs }: InputGradientArguments): tf.Tensor {
  const [kernelHeight, kernelWidth, channels, multiplier] = filter.shape;
  const info = forwardInfo(attrs.inputShape, filter.shape, attrs, true);
  const turned = tf.reshape(tf.reverse(filter, [0, 1]), [kernelHeight, kernelWidth, channels * multiplier, 1]);
  const spread = alignToInput(dy, info);
  const gradient = tf.depthwiseConv2d(spread, turned as tf.Tensor4D, 1, 'valid', 'NHWC', dilations(info));
  return tf.reshape(tf.sum(tf.reshape(gradient, [...attrs.inputShape, multiplier]), 4), attrs.inputShape);
}

function conv2dInputGradient({ inputs: { dy, filter }, attrs }: InputGradientArguments): tf.Tensor {
  const info = forwardInfo(attrs.inputShape, filter.shape, attrs, false);
  const turned = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]);
  return tf.conv2d(alignToInput(dy, info), turned, 1, 'valid', 'NHWC', dilations(info));
}

/** Works out the padding and the output size of the forward convolution. */
function forwardInfo(input: Shape4D, filter: Shape4D, attrs: ConvolutionAttrs, depthwise: boolean): ConvInfo {
  if (attrs.dataFormat === 'NCHW') {
    throw new Error('Convolution gradients on the wasm backend support the data format NHWC only.');
  }
  const { strides, pad, dilations = 1, dimRoundingMode } = attrs;
  return tf.backend_util.computeConv2DInfo(input, filter, strides, dilations, pad, dimRoundingMode, depthwise);
}

/** Pads X, or crops rows and columns that no output reads, so that dY fits at exactly `kh` by `kw` offsets. */
function alignToFilter(x: tf.Tensor4D, info: ConvInfo): tf.Tensor4D {
  const { top, left } = info.padInfo;
  const height = (info.outHeight - 1) * info.strideHeight + reach(info.filterHeight, info.dilationHeight) + 1;
  const width = (info.outWidth - 1) * info.strideWidth + reach(info.filterWidth, info.dilationWidth) + 1;
  return place(x, top, left, height, width);
}

/** Spreads dY out by the strides and pads it, so that the filter fits at exactly the offsets of X's pixels. */
function alignToInput(dy: tf.Tensor4D, info: ConvInfo): tf.Tensor4D {
  const down = reach(info.filterHeight, info.dilationHeight);
  const right = reach(info.filterWidth, info.dilationWidth);
  const spread = insertZeros(dy, info.strideHeight, info.strideWidth);
  const { top, left } = info.padInfo;
  return place(spread, down - top, right - left, info.inHeight + down, info.inWidth + right);
}

/** How far the last tap of a filter lies from the first. */
function reach(size: number, dilation: number): number {
  return (size - 1) * dilation;
}

function strides(info: ConvInfo): [number, number] {
  return [info.strideHeight, info.strideWidth];
}

function dilations(info: ConvInfo): [number, number] {
  return [info.dilationHeight, info.dilationWidth];
}

/** Puts `stride - 1` zeros after each pixel, through shapes of rank 3 so that only one axis grows at a time. */
function insertZeros(x: tf.Tensor4D, strideHeight: number, strideWidth: number): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  let spread: tf.Tensor = x;
  if (strideWidth > 1) {
    const columns = tf.reshape(spread, [batch * height * width, 1, channels]);
    spread = tf.pad(columns, [
      [0, 0],
      [0, strideWidth - 1],
      [0, 0],
    ]);
  }
  if (strideHeight > 1) {
    const rows = tf.reshape(spread, [batch * height, 1, width * strideWidth * channels]);
    spread = tf.pad(rows, [
      [0, 0],
      [0, strideHeight - 1],
      [0, 0],
    ]);
  }
  return tf.reshape(spread, [batch, height * strideHeight, width * strideWidth, channels]);
}

/** Puts `x` on a canvas of zeros of the given size, from row `top` and column `left`, and cuts off what sticks out. */
function place(x: tf.Tensor4D, top: number, left: number, height: number, width: number): tf.Tensor4D {
  const bottom = height - top - x.shape[1];
  const right = width - left - x.shape[2];
  if (top === 0 && left === 0 && bottom === 0 && right === 0) {
    return x;
  }
  const border = (size: number) => Math.max(0, size);
  const padded = tf.pad(x, [
    [0, 0],
    [border(top), border(bottom)],
    [border(left), border(right)],
    [0, 0],
  ]);
  return tf.slice(padded, [0, border(-top), border(-left), 0], [x.shape[0], height, width, x.shape[3]]);
}
