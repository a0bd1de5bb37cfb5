import * as tf from '@tensorflow/tfjs-core';
import { samePadding } from '../../samePadding.ts';
import { activationOf } from './activations.ts';
import type { LayoutBuilder, Lowered } from './layoutBuilder.ts';
import { CannotLower, type OnnxStep, type Rule, shapeAfter } from './step.ts';

/** Layers of vectors in a row, such as those that attention is between: [vectors, numbers]. */
export const oneDimensional: Readonly<Record<string, Rule>> = {
  GlobalAveragePooling1D: () => [overAll((x, build) => build.reduceMean(x, [1]))],
  GlobalMaxPooling1D: () => [overAll((x, build) => build.op('ReduceMax', [x], { axes: [1], keepdims: 1 }))],
  MaxPooling1D: (config, _, layer) => [
    turned(
      (x, build, { shape }) => {
        const { kernel_shape, strides, pads } = windowOf(config, shape[0] as number);
        return build.op('MaxPool', [x], { kernel_shape, strides, pads });
      },
      (x) => shapeAfter(layer, x),
    ),
  ],
  AveragePooling1D: (config, _, layer) => [
    turned(
      (x, build, { shape }) => {
        const { kernel_shape, strides, pads } = windowOf(config, shape[0] as number);
        return build.op('AveragePool', [x], { kernel_shape, strides, pads, count_include_pad: 0 });
      },
      (x) => shapeAfter(layer, x),
    ),
  ],
  Conv1D: (config, [kernel, bias], layer) => {
    if (config.padding === 'causal') throw new CannotLower(layer, 'its padding is causal');
    const weights = tf.transpose(kernel as tf.Tensor, [2, 1, 0]);
    const own = turned(
      (x, build, { shape }) => {
        const { kernel_shape, strides, pads, dilations } = windowOf(config, shape[0] as number);
        const inputs = [x, build.weight(weights), ...(bias ? [build.weight(bias)] : [])];
        return build.op('Conv', inputs, { kernel_shape, strides, pads, dilations });
      },
      (x) => shapeAfter(layer, x),
    );
    return [own, ...activationOf(config, layer)];
  },
};

/** A step whose nodes have the vectors last: [batch, numbers, vectors]. */
function turned(
  emit: (value: string, build: LayoutBuilder, x: Lowered) => string,
  shape: (x: Lowered) => number[],
): OnnxStep {
  return {
    emit: ([given], build) => {
      const x = given as Lowered;
      const value = emit(build.transpose(x.value, [0, 2, 1]), build, x);
      return { value: build.transpose(value, [0, 2, 1]), shape: shape(x), channelsFirst: false };
    },
  };
}

function overAll(emit: (value: string, build: LayoutBuilder) => string): OnnxStep {
  return {
    emit: ([given], build) => {
      const shape = [(given as Lowered).shape[1] as number];
      return {
        value: build.reshape(emit((given as Lowered).value, build), [-1, ...shape]),
        shape,
        channelsFirst: false,
      };
    },
  };
}

/** What a window covers of a row. */
function windowOf(config: Readonly<Record<string, unknown>>, length: number) {
  const { poolSize, kernelSize = poolSize, strides, dilationRate = 1, padding } = config;
  const [size, stride, dilation] = [kernelSize, strides, dilationRate].map((each) => [each].flat()[0]) as [
    number,
    number,
    number,
  ];
  const reach = (size - 1) * dilation + 1;
  const { before, after } = padding === 'same' ? samePadding(length, stride, reach) : { before: 0, after: 0 };
  return { kernel_shape: [size], strides: [stride], dilations: [dilation], pads: [before, after] };
}
