import * as tf from '@tensorflow/tfjs-core';
import { float } from '../../onnx/graph/graphBuilder.ts';
import type { Normalization } from '../kerasLayers.ts';
import { type Affine, alongAxis, normalizationAsAffine } from '../operations/affine.ts';
import type { Lowered } from './layoutBuilder.ts';
import { CannotLower, elementwise, isLastAxis, type OnnxStep, type Rule } from './step.ts';

/** Layers that scale and shift. */
export const normalization: Readonly<Record<string, Rule>> = {
  BatchNormalization: (config, weights, layer) => {
    const affine = normalizationAsAffine(config, weights);
    if (isLastAxis(config.axis, layer)) return [scaleAndShift(affine)];
    return [
      {
        emit: ([given], build) => {
          const x = given as Lowered;
          const { scale, offset } = alongAxis(affine, config.axis as number, x.shape.length + 1);
          const product = build.mul(build.channelsLast(x), build.weight(scale));
          return { ...x, value: build.add(product, build.weight(offset)), channelsFirst: false };
        },
      },
    ];
  },
  Normalization: (_config, _weights, layer) => {
    const { scale, offset } = (layer as Normalization).affine();
    const channels = layer.inboundNodes[0]?.inputShapes[0] as (number | null)[];
    const each = tf.ones([channels.at(-1) as number]);
    return [scaleAndShift({ scale: tf.mul(each, scale), offset: tf.mul(each, offset) })];
  },
  LayerNormalization: ({ axis, epsilon, scale, center }, weights, layer) => {
    const axes = [axis].flat();
    if (axes.length > 1 || !isLastAxis(axes[0], layer)) {
      throw new CannotLower(layer, 'it does not normalize only the last axis');
    }
    return [layerNormalization(weights, Boolean(scale), Boolean(center), epsilon as number)];
  },
  Rescaling: ({ scale, offset }, _, layer) => {
    if (typeof scale === 'number' && typeof offset === 'number') {
      return [elementwise((x, build) => build.add(build.mul(x, build.floats(scale)), build.floats(offset)))];
    }
    const channels = layer.inboundNodes[0]?.inputShapes[0] as (number | null)[];
    const each = tf.ones([channels.at(-1) as number]);
    const [factor, shift] = [scale, offset].map((numbers) => tf.mul(each, numbers as number | number[]));
    return [scaleAndShift({ scale: factor as tf.Tensor, offset: shift as tf.Tensor })];
  },
};

function scaleAndShift(affine: Affine): OnnxStep {
  const { scale, offset } = affine;
  const step = elementwise((value, build, { shape, channelsFirst }) => {
    if (shape.length > 1 && !channelsFirst)
      return build.add(build.mul(value, build.weight(scale)), build.weight(offset));
    const [mean, variance] = [tf.zerosLike(scale), tf.onesLike(scale)];
    const inputs = [scale, offset, mean, variance].map((weight) => build.weight(weight));
    return build.op('BatchNormalization', [value, ...inputs], { epsilon: float(0) });
  });
  return { ...step, affine };
}

function layerNormalization(
  weights: readonly tf.Tensor[],
  hasScale: boolean,
  hasOffset: boolean,
  epsilon: number,
): OnnxStep {
  return {
    emit: ([given], build) => {
      const x = given as Lowered;
      const scale = hasScale ? (weights[0] as tf.Tensor) : tf.ones([x.shape.at(-1) as number]);
      const offset = hasOffset ? [weights.at(-1) as tf.Tensor] : [];
      const inputs = [build.channelsLast(x), ...[scale, ...offset].map((weight) => build.weight(weight))];
      const value = build.op('LayerNormalization', inputs, { axis: -1, epsilon: float(epsilon) });
      return { ...x, value, channelsFirst: false };
    },
  };
}
