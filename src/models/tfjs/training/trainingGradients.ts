import * as tf from '@tensorflow/tfjs-core';
import { throughMaxPool } from '../operations/backwardKernels.ts';
import { throughAveragePool } from '../operations/operations.ts';
import { registerFilterGradients, replaceInputGradient } from './filterGradients.ts';

interface PoolingAttributes {
  readonly filterSize: [number, number];
  readonly strides: [number, number];
  readonly pad: 'same' | 'valid';
}

/**
 * Prepares TensorFlow.js's automatic differentiation for training on the running backend: adds what WebAssembly lacks,
 * and replaces what is slow there, and the gradients of pooling, which are wrong there. Calling this again does
 * nothing.
 */
export function registerTrainingGradients(): void {
  registerPooling(tf.MaxPool, ([input, output], dy, { filterSize, strides, pad }) =>
    throughMaxPool(dy, input as tf.Tensor4D, output as tf.Tensor4D, filterSize, strides, pad),
  );
  registerPooling(tf.AvgPool, ([input], dy, { filterSize, strides, pad }) =>
    throughAveragePool(dy, input as tf.Tensor4D, filterSize, strides, pad),
  );
  if (tf.getBackend() !== 'wasm') return;
  registerFilterGradients();
  replaceInputGradient();
}

function registerPooling(
  kernelName: string,
  gradient: (saved: readonly tf.Tensor[], dy: tf.Tensor4D, attributes: PoolingAttributes) => tf.Tensor,
): void {
  tf.unregisterGradient(kernelName);
  tf.registerGradient({
    kernelName,
    inputsToSave: ['x'],
    outputsToSave: [true],
    gradFunc: (dy, saved, attributes) => ({
      x: () => gradient(saved, dy as tf.Tensor4D, attributes as unknown as PoolingAttributes),
    }),
  });
}
