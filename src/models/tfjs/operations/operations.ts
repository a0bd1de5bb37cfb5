import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { firstLineOf, UserError } from '../../../userError.ts';
import { type Affine, alongAxis, foldAffine, normalizationAsAffine } from './affine.ts';
import { throughMaxPool, throughRelu } from './backwardKernels.ts';
import { depthwiseInputGradient, inputGradient, type LinearMap } from './convolution.ts';
import type { Ending } from './trace.ts';

/** One step of a network: its value, and its vector-Jacobian product with respect to its inputs. Weights are constants. */
export interface Operation {
  forward(inputs: readonly tf.Tensor[]): tf.Tensor;
  /** The gradient with respect to each input, from that with respect to the output. */
  backward(dy: tf.Tensor, inputs: readonly tf.Tensor[], output: tf.Tensor): readonly tf.Tensor[];
  /** This operation and the next one fused, if possible; it shares nothing with either. */
  absorb?(next: Absorbable): Operation | undefined;
  dispose?(): void;
}

/** What a linear operation can absorb: a factor and a shift of each channel, or an activation that backends fuse. */
export type Absorbable =
  | ({ readonly kind: 'affine' } & Affine)
  | { readonly kind: 'activation'; readonly name: 'relu' | 'relu6' };

/** An operation of a layer. */
export interface Step extends Ending {
  readonly operation: Operation;
  /** What the previous operation may absorb instead of this step. */
  readonly absorbable?: Absorbable;
}

type Config = Record<string, unknown>;
type Rule = (config: Config, weights: readonly tf.Tensor[], layer: tfl.layers.Layer) => readonly Step[] | undefined;
type Fused = 'linear' | 'relu' | 'relu6';

/**
 * The sequence of operations of a layer at inference. Layers without a rule use TensorFlow.js's automatic
 * differentiation, which is correct, but may compute more than needed.
 */
export function lower(layer: tfl.layers.Layer): readonly Step[] {
  const config = layer.getConfig() as Config;
  const rule = (config.dataFormat ?? 'channelsLast') === 'channelsLast' ? rules[layer.getClassName()] : undefined;
  return rule?.(config, layer.getWeights(), layer) ?? [{ operation: automatic(layer) }];
}

/** Fuses two steps, if the operation of the first can absorb the second; frees what both hold. */
export function join(first: Step, second: Step): Step | undefined {
  const operation = second.absorbable && first.operation.absorb?.(second.absorbable);
  if (operation === undefined) return undefined;
  first.operation.dispose?.();
  second.operation.dispose?.();
  return { operation, activation: second.activation };
}

const rules: Readonly<Record<string, Rule>> = {
  Conv2D: (config, [kernel, bias]) =>
    activated(config, (fused) => convolution(config, kernel as tf.Tensor, bias, fused)),
  DepthwiseConv2D: (config, [kernel, bias]) =>
    activated(config, (fused) => depthwise(config, kernel as tf.Tensor, bias, fused)),
  SeparableConv2D: (config, [kernel, pointwise, bias]) => [
    { operation: depthwise(config, kernel as tf.Tensor, undefined, 'linear') },
    ...activated(config, (fused) => convolution(pointwiseConfig, pointwise as tf.Tensor, bias, fused)),
  ],
  Dense: (config, [kernel, bias]) => activated(config, (fused) => dense(kernel as tf.Tensor2D, bias, fused)),
  BatchNormalization: (config, weights, layer) => [batchNormalization(config, weights, layer)],
  Activation: ({ activation }) => [activationStep(String(activation))],
  Softmax: ({ axis }, _, layer) => {
    return isLastAxis(axis, layer) ? [activationStep('softmax')] : undefined;
  },
  ReLU: ({ maxValue }) =>
    maxValue == null ? [activationStep('relu')] : maxValue === 6 ? [activationStep('relu6')] : undefined,
  MaxPooling2D: (config) => [{ operation: maxPooling(config as unknown as PoolingConfig) }],
  AveragePooling2D: (config) => [{ operation: averagePooling(config as unknown as PoolingConfig) }],
  GlobalAveragePooling2D: () => [{ operation: globalAveragePooling }],
  UpSampling2D: ({ size, interpolation = 'nearest' }, _, layer) =>
    interpolation === 'nearest' ? [{ operation: nearestUpSampling(layer, size as [number, number]) }] : undefined,
  Add: (_config, _weights, layer) => (broadcasts(layer) ? undefined : [{ operation: addition }]),
  Flatten: (_config, _weights, layer) => [{ operation: reshaping(layer), passive: true }],
  Reshape: (_config, _weights, layer) => [{ operation: reshaping(layer), passive: true }],
  Dropout: () => [{ operation: identity, passive: true }],
  SpatialDropout2D: () => [{ operation: identity, passive: true }],
  GaussianNoise: () => [{ operation: identity, passive: true }],
  GaussianDropout: () => [{ operation: identity, passive: true }],
  AlphaDropout: () => [{ operation: identity, passive: true }],
};

function isLastAxis(axis: unknown, layer: tfl.layers.Layer): boolean {
  return axis === -1 || axis === (layer.inboundNodes[0]?.inputTensors[0]?.rank ?? 0) - 1;
}

function broadcasts(layer: tfl.layers.Layer): boolean {
  return layer.inboundNodes.some(({ inputShapes }) => new Set(inputShapes.map(String)).size > 1);
}

const pointwiseConfig: Config = { strides: [1, 1], padding: 'valid', dilationRate: [1, 1] };

/** A layer that acts only in training, at inference. */
export const identity: Operation = {
  forward: ([x]) => tf.clone(x as tf.Tensor),
  backward: (dy) => [tf.clone(dy)],
};

/** An operation followed by the layer's activation: fused if the backends can, otherwise a separate step. */
function activated(config: Config, operation: (fused: Fused) => Operation): readonly Step[] {
  const name = String(config.activation ?? 'linear');
  if (name === 'linear') return [{ operation: operation(name) }];
  if (name === 'relu' || name === 'relu6') return [{ operation: operation(name), activation: name }];
  return [{ operation: operation('linear') }, activationStep(name)];
}

function activationStep(name: string): Step {
  if (name === 'linear') return { operation: identity, passive: true };
  if (name === 'relu' || name === 'relu6') {
    return {
      activation: name,
      absorbable: { kind: 'activation', name },
      operation: {
        forward: ([x]) => (name === 'relu' ? tf.relu(x as tf.Tensor) : tf.relu6(x as tf.Tensor)),
        backward: (dy, _, output) => [throughFused(name, dy, output)],
      },
    };
  }
  return { activation: name, operation: automatic(tfl.layers.activation({ activation: name as 'tanh' })) };
}

/** The gradient before a fused activation, from the one after it and the activation's own output. */
function throughFused(fused: Fused, dy: tf.Tensor, output: tf.Tensor): tf.Tensor {
  if (fused === 'linear') return dy;
  return throughRelu(dy, output, fused === 'relu' ? Number.POSITIVE_INFINITY : 6);
}

function convolution(config: Config, kernel: tf.Tensor, bias: tf.Tensor | undefined, fused: Fused): Operation {
  const { strides, padding: pad, dilationRate: dilations } = config as unknown as ConvolutionConfig;
  const filter = kernel as tf.Tensor4D;
  const gradient = once((shape) =>
    inputGradient(filter, tf.backend_util.computeConv2DInfo(shape, filter.shape, strides, dilations, pad)),
  );
  return {
    forward: ([x]) =>
      tf.fused.conv2d({ x: x as tf.Tensor4D, filter, strides, pad, dilations, bias, activation: fused }),
    backward: (dy, [x], output) => [
      gradient.of(x as tf.Tensor4D).apply(throughFused(fused, dy, output) as tf.Tensor4D),
    ],
    absorb: absorbing(kernel, bias, fused, (...folded) => convolution(config, ...folded)),
    dispose: gradient.dispose,
  };
}

function depthwise(config: Config, kernel: tf.Tensor, bias: tf.Tensor | undefined, fused: Fused): Operation {
  const { strides, padding: pad, dilationRate: dilations } = config as unknown as ConvolutionConfig;
  const filter = kernel as tf.Tensor4D;
  const gradient = once((shape) =>
    depthwiseInputGradient(
      filter,
      tf.backend_util.computeConv2DInfo(shape, filter.shape, strides, dilations, pad, 'floor', true),
    ),
  );
  return {
    forward: ([x]) =>
      tf.fused.depthwiseConv2d({ x: x as tf.Tensor4D, filter, strides, pad, dilations, bias, activation: fused }),
    backward: (dy, [x], output) => [
      gradient.of(x as tf.Tensor4D).apply(throughFused(fused, dy, output) as tf.Tensor4D),
    ],
    absorb: absorbing(kernel, bias, fused, (...folded) => depthwise(config, ...folded)),
    dispose: gradient.dispose,
  };
}

/** Absorbs what follows a linear operation into its weights, or into its kernel. */
function absorbing(
  kernel: tf.Tensor,
  bias: tf.Tensor | undefined,
  fused: Fused,
  build: (kernel: tf.Tensor, bias: tf.Tensor | undefined, fused: Fused) => Operation,
): Operation['absorb'] {
  return (next) => {
    if (fused !== 'linear') return undefined;
    const [weights, shift] = tf.tidy(() => {
      const own = next.kind === 'affine' ? foldAffine(kernel, bias, next) : [kernel, bias].map((w) => w && tf.clone(w));
      return own.map((weight) => weight && tf.keep(weight));
    }) as [tf.Tensor, tf.Tensor | undefined];
    const folded = build(weights, shift, next.kind === 'activation' ? next.name : 'linear');
    const dispose = () => {
      folded.dispose?.();
      tf.dispose([weights, shift].filter((own) => own !== undefined));
    };
    return { ...folded, dispose };
  };
}

interface ConvolutionConfig {
  readonly strides: [number, number];
  readonly padding: 'same' | 'valid';
  readonly dilationRate: [number, number];
}

/** Prepares a gradient on first use: models used only for logits need none. */
function once(prepare: (shape: [number, number, number, number]) => LinearMap) {
  let map: LinearMap | undefined;
  return {
    of: (x: tf.Tensor4D) => {
      map ??= prepare(x.shape);
      return map;
    },
    dispose: () => map?.dispose(),
  };
}

function dense(kernel: tf.Tensor2D, bias: tf.Tensor | undefined, fused: Fused): Operation {
  const [inputs, outputs] = kernel.shape;
  return {
    forward: ([x]) => {
      const { shape } = x as tf.Tensor;
      const a = tf.reshape(x as tf.Tensor, [-1, inputs]) as tf.Tensor2D;
      const product = tf.fused.matMul({ a, b: kernel, bias, activation: fused });
      return tf.reshape(product, [...shape.slice(0, -1), outputs]);
    },
    backward: (dy, [x], output) => {
      const rows = tf.reshape(throughFused(fused, dy, output), [-1, outputs]) as tf.Tensor2D;
      return [tf.reshape(tf.matMul(rows, kernel, false, true), (x as tf.Tensor).shape)];
    },
  };
}

/** At inference, y = scale · x + offset for each channel, or each position along another axis. */
function batchNormalization(config: Config, weights: readonly tf.Tensor[], layer: tfl.layers.Layer): Step {
  const ofChannels = isLastAxis(config.axis, layer);
  const { scale, offset } = tf.tidy(() => {
    const affine = normalizationAsAffine(config, weights);
    const rank = layer.inboundNodes[0]?.inputTensors[0]?.rank ?? 0;
    const placed = ofChannels ? affine : alongAxis(affine, config.axis as number, rank);
    return { scale: tf.keep(placed.scale), offset: tf.keep(placed.offset) };
  });
  return {
    ...(ofChannels && { absorbable: { kind: 'affine', scale, offset } }),
    operation: {
      forward: ([x]) => tf.add(tf.mul(x as tf.Tensor, scale), offset),
      backward: (dy) => [tf.mul(dy, scale)],
      dispose: () => tf.dispose([scale, offset]),
    },
  };
}

interface PoolingConfig {
  readonly poolSize: [number, number];
  readonly strides: [number, number];
  readonly padding: 'same' | 'valid';
}

function maxPooling({ poolSize: filterSize, strides, padding: pad }: PoolingConfig): Operation {
  return {
    forward: ([x]) => tf.maxPool(x as tf.Tensor4D, filterSize, strides, pad),
    backward: (dy, [x], output) => [
      throughMaxPool(dy as tf.Tensor4D, x as tf.Tensor4D, output as tf.Tensor4D, filterSize, strides, pad),
    ],
  };
}

function averagePooling({ poolSize: filterSize, strides, padding: pad }: PoolingConfig): Operation {
  return {
    forward: ([x]) => tf.avgPool(x as tf.Tensor4D, filterSize, strides, pad),
    backward: (dy, [x]) => [throughAveragePool(dy as tf.Tensor4D, x as tf.Tensor4D, filterSize, strides, pad)],
  };
}

/** The gradient before average pooling, whose mean excludes the padding. */
export function throughAveragePool(
  dy: tf.Tensor4D,
  input: tf.Tensor4D,
  filterSize: [number, number],
  strides: [number, number],
  pad: 'same' | 'valid',
): tf.Tensor {
  // The WebAssembly kernel does not: it divides by the whole window.
  const info = tf.backend_util.computePool2DInfo(input.shape, filterSize, strides, 1, pad);
  const whole = pad === 'valid' || tf.getBackend() !== 'wasm' ? dy : tf.mul(dy, windowOverCount(info));
  return tf.engine().runKernel(tf.AvgPoolGrad, { dy: whole, input }, { filterSize, strides, pad });
}

/** For each output of a pooling, the window size divided by the number of image pixels in it: [height, width, 1]. */
function windowOverCount(info: tf.backend_util.Conv2DInfo): tf.Tensor3D {
  const along = (outputs: number, stride: number, before: number, size: number, input: number) =>
    Array.from({ length: outputs }, (_, o) => {
      const start = o * stride - before;
      return size / (Math.min(start + size, input) - Math.max(start, 0));
    });
  const { padInfo, filterHeight, filterWidth } = info;
  const rows = along(info.outHeight, info.strideHeight, padInfo.top, filterHeight, info.inHeight);
  const columns = along(info.outWidth, info.strideWidth, padInfo.left, filterWidth, info.inWidth);
  return tf.tensor3d(rows.map((row) => columns.map((column) => [row * column])));
}

/**
 * Each pixel becomes a block; its gradient is the sum over the block. TensorFlow.js's own WebAssembly kernel is wrong.
 */
function nearestUpSampling(layer: tfl.layers.Layer, size: [number, number]): Operation {
  return {
    forward: (inputs) => layer.call([...inputs], {}) as tf.Tensor,
    backward: (dy) => [tf.mul(tf.avgPool(dy as tf.Tensor4D, size, size, 'valid'), size[0] * size[1])],
  };
}

const globalAveragePooling: Operation = {
  forward: ([x]) => tf.mean(x as tf.Tensor, [1, 2]),
  backward: (dy, [x]) => {
    const [batch, height, width, channels] = (x as tf.Tensor4D).shape;
    const share = tf.reshape(tf.div(dy, height * width), [batch, 1, 1, channels]);
    // Not tf.tile, which is slow on WebAssembly.
    return [tf.mul(share, tf.ones([1, height, width, 1]))];
  },
};

const addition: Operation = {
  forward: (inputs) => tf.addN([...inputs]),
  backward: (dy, inputs) => inputs.map(() => tf.clone(dy)),
};

function reshaping(layer: tfl.layers.Layer): Operation {
  return {
    forward: (inputs) => layer.call([...inputs], {}) as tf.Tensor,
    backward: (dy, [x]) => [tf.reshape(dy, (x as tf.Tensor).shape)],
  };
}

/** A layer differentiated by TensorFlow.js itself. */
function automatic(layer: tfl.layers.Layer): Operation {
  const call = (inputs: readonly tf.Tensor[]) => {
    const output = layer.call([...inputs], { training: false });
    return Array.isArray(output) ? (output[0] as tf.Tensor) : output;
  };
  return {
    forward: call,
    backward: (dy, inputs) => {
      try {
        return tf.grads((...xs: tf.Tensor[]) => call(xs))([...inputs], dy);
      } catch (error) {
        const line = firstLineOf(error);
        throw new UserError(
          `TensorFlow.js has no gradient for the layer ${layer.name} (${layer.getClassName()}): ${line.replace(/\.$/, '')}`,
        );
      }
    },
  };
}
