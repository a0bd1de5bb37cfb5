import * as tf from '@tensorflow/tfjs-core';
import { float } from '../../onnx/graph/graphBuilder.ts';
import { axisOf, type LayoutBuilder, type Lowered } from '../lowering/layoutBuilder.ts';
import type { Config } from '../lowering/step.ts';
import { axesIn } from './axes.ts';
import type { Dims, OnnxLayerKind } from './onnxLayer.ts';

/** The numbers of a weight that stands along one axis of an image. */
function alongAxis(
  weight: tf.Tensor,
  axis: number,
  { shape, channelsFirst }: Omit<Lowered, 'value'>,
  build: LayoutBuilder,
): string {
  const place = axisOf(axis + 1, { shape, channelsFirst }) - 1;
  return build.weight(
    tf.reshape(
      weight,
      shape.map((_, each) => (each === place ? weight.size : 1)),
    ),
  );
}

/** ε², for the least norm that Keras divides by. */
const leastSquare = 1e-24;

/** x / max(‖x‖₂, ε) along axes, as in Keras 3. */
const unitNormalization: OnnxLayerKind = {
  kind: 'UnitNormalization',
  emit: ([given], { config, build }) => {
    const x = given as Lowered;
    const axes = axesIn(config.axis ?? -1, x.shape).map((axis) => axisOf(axis, x));
    const square = build.reduceSum(build.mul(x.value, x.value), axes, true);
    const norm = build.op('Sqrt', [build.op('Max', [square, build.floats(leastSquare)])]);
    return { ...x, value: build.div(x.value, norm) };
  },
};

/** x / √(mean(x²) + ε) · scale (Zhang & Sennrich 2019). */
const rmsNormalization: OnnxLayerKind = {
  kind: 'RMSNormalization',
  weights: (config, [input]) => ({
    scale: axesIn(config.axis ?? -1, input as Dims).map((axis) => (input as Dims)[axis - 1] as number),
  }),
  emit: ([given], { config, weights, build }) => {
    const x = given as Lowered;
    const value = build.channelsLast(x);
    const axes = axesIn(config.axis ?? -1, x.shape);
    const mean = build.reduceMean(build.mul(value, value), axes);
    const root = build.op('Sqrt', [build.add(mean, build.floats(config.epsilon as number))]);
    const dims = x.shape.map((size, axis) => (axes.includes(axis + 1) ? size : 1));
    const scale = build.weight(tf.reshape(weights.scale as tf.Tensor, dims));
    return { ...x, value: build.mul(build.div(value, root), scale), channelsFirst: false };
  },
};

/** How many groups there are: Keras writes −1 for one of each channel. */
function groupsIn({ groups }: Config, channels: number): number {
  return groups === -1 ? channels : (groups as number);
}

/** By the statistics of groups of channels of each image (Wu & He 2018). */
const groupNormalization: OnnxLayerKind = {
  kind: 'GroupNormalization',
  weights: (config, [input]) => {
    const count = (input as Dims).at(-1) as number;
    if (axesIn(config.axis ?? -1, input as Dims)[0] !== (input as Dims).length) {
      throw new Error('it normalizes along another axis than the last');
    }
    if (count % groupsIn(config, count) !== 0) throw new Error(`its ${count} channels are not ${config.groups} groups`);
    return { ...(config.scale !== false && { gamma: [count] }), ...(config.center !== false && { beta: [count] }) };
  },
  emit: ([given], { config, weights, build }) => {
    const x = given as Lowered;
    const last = x.shape.length - 1;
    const channels = x.shape[last] as number;
    const groups = groupsIn(config, channels);
    const isImage = x.shape.length === 3;
    const pixels = build.reshape(build.channelsLast(x), [0, -1, channels]);
    const planes = isImage ? build.channelsFirst(x) : build.transpose(pixels, [0, 2, 1]);
    const neutral = [1, 0].map((number) => build.floats(Array(groups).fill(number)));
    const normal = build.op('InstanceNormalization', [build.reshape(planes, [0, groups, -1]), ...neutral], {
      epsilon: float(config.epsilon as number),
    });
    const output = { shape: x.shape, channelsFirst: isImage };
    const [height = 1, width = 1] = x.shape;
    let value = isImage
      ? build.reshape(normal, [0, channels, height, width])
      : build.reshape(build.transpose(build.reshape(normal, [0, channels, -1]), [0, 2, 1]), [0, ...x.shape]);
    if (weights.gamma) value = build.mul(value, alongAxis(weights.gamma, last, output, build));
    if (weights.beta) value = build.add(value, alongAxis(weights.beta, last, output, build));
    return { ...output, value };
  },
};

/** x · γ for each channel (Touvron et al. 2021), as in Keras's ConvNeXt. */
const layerScale: OnnxLayerKind = {
  kind: 'LayerScale',
  weights: ({ projectionDim }) => ({ gamma: [projectionDim as number] }),
  emit: ([given], { weights, build }) => {
    const x = given as Lowered;
    const gamma = alongAxis(weights.gamma as tf.Tensor, x.shape.length - 1, x, build);
    return { ...x, value: build.mul(x.value, gamma) };
  },
};

/** Normalizations that TensorFlow.js lacks. */
export const normalizations: readonly OnnxLayerKind[] = [
  unitNormalization,
  rmsNormalization,
  groupNormalization,
  layerScale,
];
