import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { gelu } from '../../onnx/graph/gelu.ts';
import { float } from '../../onnx/graph/graphBuilder.ts';
import { axisOf, type LayoutBuilder, type Lowered } from './layoutBuilder.ts';
import { CannotLower, type Config, elementwise, isLastAxis, nothing, type OnnxStep, type Rule } from './step.ts';

type Emit = (value: string, build: LayoutBuilder, x: Lowered) => string;

const clip = (x: string, build: LayoutBuilder, low: number, high: number) =>
  build.op('Clip', [x, build.floats(low), build.floats(high)]);

/** The activations of TensorFlow.js and those of Keras that it lacks, by their names. */
export const activationFunctions: Readonly<Record<string, Emit>> = {
  relu: (x, build) => build.op('Relu', [x]),
  relu6: (x, build) => clip(x, build, 0, 6),
  elu: (x, build) => build.op('Elu', [x]),
  selu: (x, build) => build.op('Selu', [x]),
  sigmoid: (x, build) => build.op('Sigmoid', [x]),
  hardSigmoid: (x, build) => build.op('HardSigmoid', [x], { alpha: float(0.2), beta: float(0.5) }),
  tanh: (x, build) => build.op('Tanh', [x]),
  softplus: (x, build) => build.op('Softplus', [x]),
  softsign: (x, build) => build.op('Softsign', [x]),
  swish: (x, build) => build.mul(x, build.op('Sigmoid', [x])),
  mish: (x, build) => build.mul(x, build.op('Tanh', [build.op('Softplus', [x])])),
  gelu: (x, build) => gelu(x, build),
  gelu_new: (x, build) => gelu(x, build, true),
  celu: (x, build) => build.op('Elu', [x]),
  exponential: (x, build) => build.op('Exp', [x]),
  hardSigmoid6: (x, build) => build.op('HardSigmoid', [x], { alpha: float(1 / 6), beta: float(0.5) }),
  hardSilu: (x, build) => build.op('HardSwish', [x]),
  hardTanh: (x, build) => clip(x, build, -1, 1),
  leakyRelu: (x, build) => build.op('LeakyRelu', [x], { alpha: float(0.2) }),
  logSigmoid: (x, build) => build.neg(build.op('Softplus', [build.neg(x)])),
  squareplus: (x, build) =>
    build.scale(build.add(x, build.op('Sqrt', [build.add(build.mul(x, x), build.floats(4))])), 0.5),
  tanhShrink: (x, build) => build.sub(x, build.op('Tanh', [x])),
  softmax: (value, build, x) => build.op('Softmax', [value], { axis: axisOf(-1, x) }),
  logSoftmax: (value, build, x) => build.op('LogSoftmax', [value], { axis: axisOf(-1, x) }),
};

/** The step for the activation in a layer's config; none if it is linear. @throws CannotLower */
export function activationOf({ activation }: Config, layer: tfl.layers.Layer): readonly OnnxStep[] {
  const name = String(activation ?? 'linear');
  if (name === 'linear') return [];
  const emit = activationFunctions[name];
  if (emit === undefined) throw new CannotLower(layer, `the activation ${name} is not supported`);
  return [{ ...elementwise(emit), activation: name }];
}

/** Activation layers. */
export const activations: Readonly<Record<string, Rule>> = {
  Activation: (config, _, layer) => {
    const steps = activationOf(config, layer);
    return steps.length > 0 ? steps : [nothing];
  },
  ReLU: ({ maxValue }) => {
    if (maxValue == null) return [{ ...elementwise(activationFunctions.relu as Emit), activation: 'relu' }];
    const step = elementwise((x, build) => clip(x, build, 0, maxValue as number));
    return [maxValue === 6 ? { ...step, activation: 'relu6' } : step];
  },
  LeakyReLU: ({ alpha }) => [elementwise((x, build) => build.op('LeakyRelu', [x], { alpha: float(alpha as number) }))],
  PReLU: (_, [alpha]) => [
    elementwise((value, build, x) => {
      const slope = alpha as tf.Tensor;
      return build.op('PRelu', [value, build.weight(x.channelsFirst ? tf.transpose(slope, [2, 0, 1]) : slope)]);
    }),
  ],
  ELU: () => [elementwise(activationFunctions.elu as Emit)],
  ThresholdedReLU: ({ theta }) => [
    elementwise((x, build) => build.mul(x, build.mask(build.op('Greater', [x, build.floats(theta as number)])))),
  ],
  Softmax: ({ axis }, _, layer) => {
    if (typeof axis !== 'number') throw new CannotLower(layer, 'its softmax is over several axes');
    const step = elementwise((value, build, x) => build.op('Softmax', [value], { axis: axisOf(axis, x) }));
    return [isLastAxis(axis, layer) ? { ...step, activation: 'softmax' } : step];
  },
};
