import * as tf from '@tensorflow/tfjs-core';
import { depthwiseInputGradient, inputGradient, type LinearMap, place } from '../operations/convolution.ts';

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
 * slides dY over X, with strides and dilations swapped:
 *
 * - `Conv2DBackpropFilter`: X's channels become the batch and its batch becomes the channels. X [N,H,W,C] as [C,H,W,N],
 *   convolved with dY [N,h,w,K] as the filter [h,w,N,K], gives [C,kh,kw,K], which is dW [kh,kw,C,K] transposed.
 * - `DepthwiseConv2dNativeBackpropFilter`: the channels stay apart, and so do the images until the end. X as
 *   [1,H,W,N*C], convolved depthwise with dY as [h,w,N*C,M], gives [kh,kw,N,C*M], which is summed over N.
 * - `DepthwiseConv2dNativeBackpropInput`: dY, with `stride - 1` zeros between its pixels and a border, is convolved
 *   depthwise with the filter rotated by 180 degrees, then summed over the M outputs of each channel: dX [N,H,W,C].
 *
 * Kernels that the backend already has are left alone, so calling this again does nothing.
 */
export function registerFilterGradients(): void {
  registerMissing(tf.Conv2DBackpropFilter, conv2dFilterGradient);
  registerMissing(tf.DepthwiseConv2dNativeBackpropFilter, depthwiseFilterGradient);
  registerMissing(tf.DepthwiseConv2dNativeBackpropInput, depthwiseInput);
}

/**
 * Replaces the WebAssembly backend's `Conv2DBackpropInput` by a forward convolution: dY [N,h,w,K], with `stride - 1`
 * zeros between its pixels and a border, convolved with the filter rotated by 180 degrees as [kh,kw,K,C], is dX
 * [N,H,W,C]. The backend's own kernel is a plain loop, about ten times slower for 3x3 filters, and gradient-based
 * attacks spend most of their time in it. Calling this again does nothing.
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

const INPUT_GRADIENT_KERNEL = toKernel(conv2dInput);

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

function depthwiseInput({ inputs: { dy, filter }, attrs }: InputGradientArguments): tf.Tensor {
  return applyOnce(depthwiseInputGradient(filter, forwardInfo(attrs.inputShape, filter.shape, attrs, true)), dy);
}

function conv2dInput({ inputs: { dy, filter }, attrs }: InputGradientArguments): tf.Tensor {
  return applyOnce(inputGradient(filter, forwardInfo(attrs.inputShape, filter.shape, attrs, false)), dy);
}

/** In training the filter changes with every step, so nothing prepared from it is kept. */
function applyOnce(gradient: LinearMap, dy: tf.Tensor4D): tf.Tensor {
  const dx = gradient.apply(dy);
  gradient.dispose();
  return dx;
}

/** Works out the padding and the output size of the forward convolution. */
function forwardInfo(input: Shape4D, filter: Shape4D, attrs: ConvolutionAttrs, depthwise: boolean): ConvInfo {
  if (attrs.dataFormat === 'NCHW') {
    throw new Error('Convolution gradients on the wasm backend support only the data format NHWC.');
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
