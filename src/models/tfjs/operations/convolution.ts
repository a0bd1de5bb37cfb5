import * as tf from '@tensorflow/tfjs-core';
import { blocksToPixels, spread } from './backwardKernels.ts';

/** Geometry of a two-dimensional convolution over NHWC images. */
export type Geometry = tf.backend_util.Conv2DInfo;

/** A linear map of NHWC tensors, with its own constants. */
export interface LinearMap {
  apply(dy: tf.Tensor4D): tf.Tensor4D;
  dispose(): void;
}

/**
 * Gradient of a convolution with respect to its input. On WebAssembly it is written as forward convolutions: the
 * backend's own kernel is several times slower. With stride 1 it is the convolution of dy with the filter rotated by
 * 180° and its channels swapped; with stride s, one convolution gives all s² phases of dx as channels (the sub-pixel
 * form).
 * @param filter [height, width, in, out], prepared once; it stays the caller's.
 * @returns the map from dy [N, outHeight, outWidth, out] to dx [N, inHeight, inWidth, in].
 */
export function inputGradient(filter: tf.Tensor4D, geometry: Geometry): LinearMap {
  const native = nativeGradient(tf.Conv2DBackpropInput, filter, geometry);
  if (native) return native;
  const { strideHeight, strideWidth, dilationHeight, dilationWidth } = geometry;
  const square = strideHeight === strideWidth && dilationHeight === 1 && dilationWidth === 1;
  // A 1 × 1 filter touches one phase only: the sub-pixel form would compute zeros.
  if (square && strideHeight > 1 && geometry.filterHeight * geometry.filterWidth > 1) {
    return subpixelInputGradient(filter, geometry);
  }
  const turned = tf.keep(tf.tidy(() => tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2])));
  return {
    apply: (dy) => tf.conv2d(alignToInput(dy, geometry), turned, 1, 'valid', 'NHWC', [dilationHeight, dilationWidth]),
    dispose: () => turned.dispose(),
  };
}

/**
 * Gradient of a depthwise convolution with respect to its input: dy, aligned to the input, convolved depthwise with the
 * filter rotated by 180°, and summed over the outputs of each channel.
 * @param filter [height, width, channels, multiplier], prepared once; it stays the caller's.
 */
export function depthwiseInputGradient(filter: tf.Tensor4D, geometry: Geometry): LinearMap {
  const native = nativeGradient(tf.DepthwiseConv2dNativeBackpropInput, filter, geometry);
  if (native) return native;
  const [height, width, channels, multiplier] = filter.shape;
  const { dilationHeight, dilationWidth, inHeight, inWidth } = geometry;
  const turned = tf.keep(
    tf.tidy(() => tf.reshape(tf.reverse(filter, [0, 1]), [height, width, channels * multiplier, 1]) as tf.Tensor4D),
  );
  return {
    apply: (dy) => {
      const aligned = alignToInput(dy, geometry);
      const dx = tf.depthwiseConv2d(aligned, turned, 1, 'valid', 'NHWC', [dilationHeight, dilationWidth]);
      if (multiplier === 1) return dx;
      return tf.sum(tf.reshape(dx, [dy.shape[0], inHeight, inWidth, channels, multiplier]), 4) as tf.Tensor4D;
    },
    dispose: () => turned.dispose(),
  };
}

/** The gradient by native TensorFlow's kernel, for the convolutions that it supports. */
function nativeGradient(name: string, filter: tf.Tensor4D, geometry: Geometry): LinearMap | undefined {
  const { inHeight, inWidth, inChannels, padInfo, strideHeight, strideWidth, dilationHeight, dilationWidth } = geometry;
  const takes = dilationHeight === 1 && dilationWidth === 1 && padInfo.type !== 'NUMBER' && padInfo.type !== 'EXPLICIT';
  if (tf.getBackend() !== 'tensorflow' || !takes) return undefined;
  const pad = padInfo.type.toLowerCase();
  const attributes = { strides: [strideHeight, strideWidth], pad, dataFormat: 'NHWC', dilations: 1 };
  return {
    apply: (dy) => {
      const inputShape = [dy.shape[0], inHeight, inWidth, inChannels];
      return tf.engine().runKernel(name, { dy, filter }, { ...attributes, inputShape });
    },
    dispose: () => {},
  };
}

function subpixelInputGradient(filter: tf.Tensor4D, geometry: Geometry): LinearMap {
  const { inHeight, inWidth, outHeight, outWidth, padInfo, strideHeight: stride } = geometry;
  const [height, width, channels, outputs] = filter.shape;
  // Row i of dx has the phase (i + top) mod stride, and reads the filter's rows phase, phase + stride, phase + 2 stride ….
  const [rowTaps, columnTaps] = [Math.ceil(height / stride), Math.ceil(width / stride)];
  const phases = tf.keep(
    tf.tidy(() => {
      const padded = tf.pad(filter, [
        [0, rowTaps * stride - height],
        [0, columnTaps * stride - width],
        [0, 0],
        [0, 0],
      ]);
      const split = tf.reshape(padded, [rowTaps, stride, columnTaps, stride, channels * outputs]);
      const phasesAsChannels = [rowTaps, columnTaps, stride * stride * channels, outputs] as const;
      const grouped = tf.reshape(tf.transpose(split, [0, 2, 1, 3, 4]), [...phasesAsChannels]);
      return tf.transpose(tf.reverse(grouped, [0, 1]), [0, 1, 3, 2]) as tf.Tensor4D;
    }),
  );
  const rows = Math.ceil((inHeight + padInfo.top) / stride);
  const columns = Math.ceil((inWidth + padInfo.left) / stride);
  return {
    apply: (dy) => {
      const bordered = tf.pad(dy, [
        [0, 0],
        [rowTaps - 1, rows - outHeight],
        [columnTaps - 1, columns - outWidth],
        [0, 0],
      ]);
      const { top, left } = padInfo;
      return blocksToPixels(tf.conv2d(bordered, phases, 1, 'valid'), {
        stride,
        top,
        left,
        height: inHeight,
        width: inWidth,
      });
    },
    dispose: () => phases.dispose(),
  };
}

/** Spreads dy out by the strides and pads it, so that the filter fits at exactly the offsets of the input's pixels. */
function alignToInput(dy: tf.Tensor4D, geometry: Geometry): tf.Tensor4D {
  const { inHeight, inWidth, padInfo } = geometry;
  const down = (geometry.filterHeight - 1) * geometry.dilationHeight;
  const across = (geometry.filterWidth - 1) * geometry.dilationWidth;
  const { strideHeight, strideWidth } = geometry;
  const canvas = {
    top: down - padInfo.top,
    left: across - padInfo.left,
    height: inHeight + down,
    width: inWidth + across,
  };
  if (strideHeight === 1 && strideWidth === 1) return place(dy, canvas.top, canvas.left, canvas.height, canvas.width);
  return spread(dy, { ...canvas, strideHeight, strideWidth });
}

/** Puts `x` on a canvas of zeros of the given size, from row `top` and column `left`, and cuts off what sticks out. */
export function place(x: tf.Tensor4D, top: number, left: number, height: number, width: number): tf.Tensor4D {
  const bottom = height - top - x.shape[1];
  const right = width - left - x.shape[2];
  if (top === 0 && left === 0 && bottom === 0 && right === 0) return x;
  const border = (size: number) => Math.max(0, size);
  const padded = tf.pad(x, [
    [0, 0],
    [border(top), border(bottom)],
    [border(left), border(right)],
    [0, 0],
  ]);
  return tf.slice(padded, [0, border(-top), border(-left), 0], [x.shape[0], height, width, x.shape[3]]);
}
