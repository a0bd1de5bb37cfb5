import * as tf from '@tensorflow/tfjs-core';
import type { Lowered } from './layoutBuilder.ts';
import { padsOf } from './linear.ts';
import type { Config, OnnxStep, Rule } from './step.ts';

/** Layers that reduce windows, or a whole image, to one pixel. */
export const pooling: Readonly<Record<string, Rule>> = {
  MaxPooling2D: (config) => [overWindows('MaxPool', config)],
  // TensorFlow's mean excludes the padding.
  AveragePooling2D: (config) => [overWindows('AveragePool', config, { count_include_pad: 0 })],
  GlobalMaxPooling2D: () => [overImage('GlobalMaxPool')],
  GlobalAveragePooling2D: () => [overImage('GlobalAveragePool')],
  GlobalMaxPooling2DKeepingAxes: () => [overImage('GlobalMaxPool', true)],
  GlobalAveragePooling2DKeepingAxes: () => [overImage('GlobalAveragePool', true)],
};

interface PoolingConfig {
  readonly poolSize: [number, number];
  readonly strides: [number, number];
  readonly padding: 'same' | 'valid';
}

function overWindows(operator: string, config: Config, attributes: Readonly<Record<string, number>> = {}): OnnxStep {
  const { poolSize, strides, padding } = config as unknown as PoolingConfig;
  return {
    emit: ([given], build) => {
      const x = given as Lowered;
      const shape = [1, ...x.shape] as [number, number, number, number];
      const info = tf.backend_util.computePool2DInfo(shape, poolSize, strides, 1, padding);
      const window = { kernel_shape: poolSize, strides, pads: padsOf(info) };
      const value = build.op(operator, [build.channelsFirst(x)], { ...window, ...attributes });
      return { value, shape: info.outShape.slice(1), channelsFirst: true };
    },
  };
}

function overImage(operator: string, keepsAxes = false): OnnxStep {
  return {
    emit: ([given], build) => {
      const x = given as Lowered;
      const channels = x.shape.at(-1) as number;
      const pooled = build.op(operator, [build.channelsFirst(x)]);
      if (keepsAxes) return { value: pooled, shape: [1, 1, channels], channelsFirst: true };
      const value = build.reshape(pooled, [-1, channels]);
      return { value, shape: [channels], channelsFirst: false };
    },
  };
}
