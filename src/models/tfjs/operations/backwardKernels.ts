import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

/*
 * Our own kernels for steps of the backward pass, where a backend's are slow or wrong. On WebAssembly they are loops in
 * its memory, which pay off if they move runs of numbers or replace many kernels, but not for arithmetic on every
 * number.
 */

const reluGrad = 'PerturbReluGrad';
const maxPoolGrad = 'PerturbMaxPoolGrad';
const spreadOut = 'PerturbSpreadOut';
const interleave = 'PerturbInterleave';

/** The gradient before relu (`limit` Infinity) or relu6 (`limit` 6), from the one after it and the activation's own output. */
export function throughRelu(dy: tf.Tensor, output: tf.Tensor, limit: number): tf.Tensor {
  // Native TensorFlow has operations for this, and is slow at the combination used elsewhere.
  if (tf.getBackend() === 'tensorflow') return tf.engine().runKernel(reluGrad, { dy, output }, { limit });
  const inside = limit === Number.POSITIVE_INFINITY ? output : tf.mul(output, tf.sub(limit, output));
  return tf.mul(dy, tf.step(inside));
}

/**
 * The gradient before max pooling: each window's goes to the first of its maxima. TensorFlow.js's WebAssembly kernel is
 * slow, and ignores negative maxima.
 */
export function throughMaxPool(
  dy: tf.Tensor4D,
  input: tf.Tensor4D,
  output: tf.Tensor4D,
  filterSize: [number, number],
  strides: [number, number],
  pad: 'same' | 'valid',
): tf.Tensor {
  const name = tf.getBackend() === 'wasm' ? maxPoolGrad : tf.MaxPoolGrad;
  return tf.engine().runKernel(name, { dy, input, output }, { filterSize, strides, pad });
}

/** Where an image's pixels go on a canvas of zeros: row r at `top` + r · `strideHeight`, and likewise for columns. */
export interface Canvas {
  readonly height: number;
  readonly width: number;
  readonly top: number;
  readonly left: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
}

/** Puts the pixels of images on canvases, leaving out those that lie outside; on WebAssembly only. */
export function spread(x: tf.Tensor4D, canvas: Canvas): tf.Tensor4D {
  return tf.engine().runKernel(spreadOut, { x }, { ...canvas });
}

/** The crop of images whose channels became blocks of `stride` × `stride` pixels. */
export interface Cut {
  readonly stride: number;
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** `tf.slice` of `tf.depthToSpace`, which would take longer than the convolution before them; on WebAssembly only. */
export function blocksToPixels(x: tf.Tensor4D, cut: Cut): tf.Tensor4D {
  return tf.engine().runKernel(interleave, { x }, { ...cut });
}

/** The parts of the native backend that are used. */
interface NativeBackend extends tf.KernelBackend {
  readonly binding: { readonly TF_ATTR_TYPE: number; readonly TF_FLOAT: number };
  executeSingleOutput(name: string, attributes: readonly object[], inputs: readonly tf.TensorInfo[]): tf.TensorInfo;
}

tf.registerKernel({
  kernelName: reluGrad,
  backendName: 'tensorflow',
  kernelFunc: ({ inputs: { dy, output }, attrs, backend }) => {
    const native = backend as NativeBackend;
    const type = { name: 'T', type: native.binding.TF_ATTR_TYPE, value: native.binding.TF_FLOAT };
    const name = attrs?.limit === 6 ? 'Relu6Grad' : 'ReluGrad';
    return native.executeSingleOutput(name, [type], [dy as tf.TensorInfo, output as tf.TensorInfo]);
  },
});

tf.registerKernel({
  kernelName: maxPoolGrad,
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs, backend }) => {
    const input = inputs.input as tf.TensorInfo;
    const [result, dx, dy] = onHeap(backend as BackendWasm, input.shape, inputs.dy as tf.TensorInfo);
    const x = (backend as BackendWasm).typedArrayFromHeap(input) as Float32Array;
    const { filterSize, strides, pad } = attrs as unknown as {
      filterSize: [number, number];
      strides: [number, number];
      pad: 'same';
    };
    const shape = input.shape as [number, number, number, number];
    dx.fill(0);
    scatterToMaxima(x, dy, dx, tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad));
    return result;
  },
});

tf.registerKernel({
  kernelName: spreadOut,
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs, backend }) => {
    const x = inputs.x as tf.TensorInfo;
    const { height, width, top, left, strideHeight, strideWidth } = attrs as unknown as Canvas;
    const [batch, rows, columns, channels] = x.shape as [number, number, number, number];
    const [result, to, from] = onHeap(backend as BackendWasm, [batch, height, width, channels], x);
    to.fill(0);
    const copy = copier(to, from);
    for (let image = 0; image < batch; image++) {
      for (let row = 0; row < rows; row++) {
        const y = top + row * strideHeight;
        if (y < 0 || y >= height) continue;
        for (let column = 0; column < columns; column++) {
          const z = left + column * strideWidth;
          if (z < 0 || z >= width) continue;
          copy(
            ((image * height + y) * width + z) * channels,
            ((image * rows + row) * columns + column) * channels,
            channels,
          );
        }
      }
    }
    return result;
  },
});

tf.registerKernel({
  kernelName: interleave,
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs, backend }) => {
    const x = inputs.x as tf.TensorInfo;
    const { stride, top, left, height, width } = attrs as unknown as Cut;
    const [batch, rows, columns, depth] = x.shape as [number, number, number, number];
    const channels = depth / (stride * stride);
    const [result, to, from] = onHeap(backend as BackendWasm, [batch, height, width, channels], x);
    const copy = copier(to, from);
    for (let image = 0; image < batch; image++) {
      for (let row = 0; row < height; row++) {
        const y = row + top;
        const line = (image * rows + Math.floor(y / stride)) * columns;
        const phase = (y % stride) * stride;
        // As many pixels of a row as are adjacent in one block.
        for (let column = 0, run = 0; column < width; column += run) {
          const z = (column + left) % stride;
          run = Math.min(stride - z, width - column);
          const block = line + Math.floor((column + left) / stride);
          copy(
            ((image * height + row) * width + column) * channels,
            block * depth + (phase + z) * channels,
            run * channels,
          );
        }
      }
    }
    return result;
  },
});

/** A result, its numbers in the backend's memory, and those of a tensor. */
function onHeap(
  backend: BackendWasm,
  shape: number[],
  tensor: tf.TensorInfo,
): [result: tf.TensorInfo, to: Float32Array, from: Float32Array] {
  const result = backend.makeOutput(shape, 'float32');
  // Only now: allocating the result may have moved the memory.
  const view = (of: tf.TensorInfo) => backend.typedArrayFromHeap(of) as Float32Array;
  return [result, view(result), view(tensor)];
}

/** Copies runs of numbers between two arrays in one memory, in the way that is faster for their length. */
function copier(to: Float32Array, from: Float32Array): (target: number, source: number, length: number) => void {
  const heap = new Float32Array(to.buffer);
  const [toStart, fromStart] = [to.byteOffset / 4, from.byteOffset / 4];
  return (target, source, length) => {
    if (length > 24) {
      heap.copyWithin(toStart + target, fromStart + source, fromStart + source + length);
      return;
    }
    for (let i = 0; i < length; i++) to[target + i] = from[source + i] as number;
  };
}

/** Adds each number of `dy` to that of `dx` at the first maximum of its window in `x`. */
function scatterToMaxima(x: Float32Array, dy: Float32Array, dx: Float32Array, info: tf.backend_util.Conv2DInfo): void {
  const { inHeight, inWidth, inChannels: channels, outHeight, outWidth, padInfo } = info;
  let at = 0;
  for (let image = 0; image < info.batchSize; image++) {
    for (let row = 0; row < outHeight; row++) {
      const top = Math.max(0, row * info.strideHeight - padInfo.top);
      const bottom = Math.min(inHeight, row * info.strideHeight - padInfo.top + info.filterHeight);
      for (let column = 0; column < outWidth; column++) {
        const left = Math.max(0, column * info.strideWidth - padInfo.left);
        const right = Math.min(inWidth, column * info.strideWidth - padInfo.left + info.filterWidth);
        const corner = ((image * inHeight + top) * inWidth + left) * channels;
        for (let channel = 0; channel < channels; channel++) {
          let best = corner + channel;
          let most = x[best] as number;
          for (let y = 0; y < bottom - top; y++) {
            let place = corner + channel + y * inWidth * channels;
            for (let z = left; z < right; z++) {
              const value = x[place] as number;
              if (value > most) {
                most = value;
                best = place;
              }
              place += channels;
            }
          }
          dx[best] = (dx[best] as number) + (dy[at++] as number);
        }
      }
    }
  }
}
