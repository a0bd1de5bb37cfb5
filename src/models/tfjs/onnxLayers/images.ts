import * as tf from '@tensorflow/tfjs-core';
import { samePadding } from '../../samePadding.ts';
import type { Lowered } from '../lowering/layoutBuilder.ts';
import type { Config } from '../lowering/step.ts';
import type { Context, Dims, OnnxLayerKind } from './onnxLayer.ts';

/** What the window of a convolution covers along one axis. */
function windowAlong(config: Config, axis: number, size: number) {
  const [kernel, stride, dilation] = ['kernelSize', 'strides', 'dilationRate'].map((key) => {
    const given = [config[key] ?? 1].flat() as number[];
    return given[axis] ?? given[0];
  }) as [number, number, number];
  const reach = (kernel - 1) * dilation + 1;
  const { before, after } = config.padding === 'same' ? samePadding(size, stride, reach) : { before: 0, after: 0 };
  return { kernel, stride, dilation, before, after, count: Math.floor((size + before + after - reach) / stride) + 1 };
}

/** A convolution whose channels are in groups, each with filters of its own. */
const groupedConvolution: OnnxLayerKind = {
  kind: 'GroupedConv2D',
  weights: (config, [input]) => {
    const [height, width, channels = 0] = input as Dims;
    const { filters, groups, useBias } = config as { filters: number; groups: number; useBias?: boolean };
    const windows = [height, width].map((size, axis) => windowAlong(config, axis, size as number).kernel);
    if (channels % groups !== 0) throw new Error(`its ${channels} channels are not ${groups} groups`);
    if ((config.dataFormat ?? 'channelsLast') !== 'channelsLast') throw new Error('its channels come first');
    return { kernel: [...windows, channels / groups, filters], ...(useBias !== false && { bias: [filters] }) };
  },
  shape: (config, [input]) => {
    const counts = [0, 1].map((axis) => windowAlong(config, axis, (input as Dims)[axis] as number).count);
    return [...counts, config.filters as number];
  },
  emit: ([given], { config, weights, shape, build }) => {
    const x = given as Lowered;
    const windows = [0, 1].map((axis) => windowAlong(config, axis, x.shape[axis] as number));
    const kernel = build.weight(tf.transpose(weights.kernel as tf.Tensor, [3, 2, 0, 1]));
    const inputs = [build.channelsFirst(x), kernel, ...(weights.bias ? [build.weight(weights.bias)] : [])];
    const value = build.op('Conv', inputs, {
      kernel_shape: windows.map((window) => window.kernel),
      strides: windows.map((window) => window.stride),
      dilations: windows.map((window) => window.dilation),
      pads: [...windows.map((window) => window.before), ...windows.map((window) => window.after)],
      group: config.groups as number,
    });
    return { value, shape, channelsFirst: true };
  },
};

/** The size of the output of an adaptive pooling. */
function outputSize({ outputSize: size }: Config): [number, number] {
  const [height, width = height] = [size].flat() as number[];
  return [height as number, width as number];
}

/** The mean of each window, as a matrix [outputs, inputs]: windows start at ⌊i n/m⌋ and end before ⌈(i + 1) n/m⌉. */
function means(inputs: number, outputs: number): Float32Array {
  const matrix = new Float32Array(outputs * inputs);
  for (let output = 0; output < outputs; output++) {
    const [start, end] = [Math.floor((output * inputs) / outputs), Math.ceil(((output + 1) * inputs) / outputs)];
    matrix.fill(1 / (end - start), output * inputs + start, output * inputs + end);
  }
  return matrix;
}

function adaptive(
  kind: string,
  emit: (x: string, context: Context, from: [number, number], to: [number, number]) => string,
): OnnxLayerKind {
  return {
    kind,
    shape: (config, [input]) => [...outputSize(config), (input as Dims)[2] as number],
    emit: ([given], context) => {
      const x = given as Lowered;
      const from = x.shape.slice(0, 2) as [number, number];
      const value = emit(context.build.channelsFirst(x), context, from, outputSize(context.config));
      return { value, shape: context.shape, channelsFirst: true };
    },
  };
}

const adaptiveAveragePooling = adaptive(
  'AdaptiveAveragePooling2D',
  (x, { build }, [height, width], [rows, columns]) => {
    const down = build.op('MatMul', [build.floats(means(height, rows), [rows, height]), x]);
    const across = build.floats(means(width, columns), [columns, width]);
    return build.op('MatMul', [down, build.transpose(across, [1, 0])]);
  },
);

const adaptiveMaxPooling: OnnxLayerKind = {
  ...adaptive('AdaptiveMaxPooling2D', (x, { build }, [height, width], [rows, columns]) => {
    const size = [height / rows, width / columns];
    return build.op('MaxPool', [x], { kernel_shape: size, strides: size });
  }),
  weights: (config, [input]) => {
    const isEven = outputSize(config).every((size, axis) => ((input as Dims)[axis] as number) % size === 0);
    if (!isEven) throw new Error('its windows have different sizes');
    return {};
  },
};

/** Layers of images that TensorFlow.js lacks. */
export const imageLayers: readonly OnnxLayerKind[] = [groupedConvolution, adaptiveAveragePooling, adaptiveMaxPooling];
