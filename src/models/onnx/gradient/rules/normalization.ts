import { floatAttribute, intAttribute, intsAttribute } from '../../graph/graph.ts';
import type { GraphBuilder } from '../../graph/graphBuilder.ts';
import { NotDifferentiable, type Rule, refuseComputed } from '../rule.ts';

const trained = 'its scale and shift';

/** Normalizations by statistics of the training data, the image, or neighbors. */
export const normalization: Readonly<Record<string, Rule>> = {
  /** With the training statistics it is an affine map of each channel (Ioffe & Szegedy 2015, alg. 2). */
  BatchNormalization: (context) => {
    const { node, dy, inputs, shape, build } = context;
    const [x = '', scale = '', , , variance = ''] = inputs;
    refuseComputed(context, 'its scale, shift and statistics');
    if (intAttribute(node, 'training_mode', 0)) {
      throw new NotDifferentiable('it is in training mode; export the model for inference');
    }
    const epsilon = build.floats(floatAttribute(node, 'epsilon', 1e-5));
    const factor = build.div(scale, build.op('Sqrt', [build.add(variance, epsilon)]));
    return [build.mul(dy, build.reshape(factor, perChannel(shape(x))))];
  },
  LayerNormalization: (context) => {
    const { node, dy, inputs, shape, build, also } = context;
    const [x = '', scale = ''] = inputs;
    refuseComputed(context, trained);
    const [mean, inverse] = [also(1), also(2)];
    const normal = build.mul(build.sub(x, mean), inverse);
    const axes = axesFrom(intAttribute(node, 'axis', -1), shape(x).length);
    return [standardizationBack(build.mul(dy, scale), normal, inverse, axes, build)];
  },
  RMSNormalization: (context) => {
    const { node, dy, inputs, shape, build } = context;
    const [x = '', scale = ''] = inputs;
    refuseComputed(context, 'its scale');
    const axes = axesFrom(intAttribute(node, 'axis', -1), shape(x).length);
    const inverse = inverseRoot(x, axes, floatAttribute(node, 'epsilon', 1e-5), build);
    const g = build.mul(dy, scale);
    const normal = build.mul(x, inverse);
    return [build.mul(inverse, withoutPartAlong(normal, g, axes, build))];
  },
  InstanceNormalization: (context) => {
    const { node, dy, inputs, shape, build } = context;
    const [x = '', scale = ''] = inputs;
    refuseComputed(context, trained);
    const g = build.mul(dy, build.reshape(scale, perChannel(shape(x))));
    return [standardized(g, x, axesFrom(2, shape(x).length), floatAttribute(node, 'epsilon', 1e-5), build)];
  },
  GroupNormalization: (context) => {
    const { node, dy, inputs, shape, build } = context;
    const [x = '', scale = ''] = inputs;
    refuseComputed(context, trained);
    const groups = intAttribute(node, 'num_groups', 1);
    const [images = 0, channels = 0, ...spatial] = shape(x);
    const grouped = [images, groups, channels / groups, spatial.reduce((a, b) => a * b, 1)];
    // Before version 21 there is a scale per group, since then per channel.
    const scales = build.reshape(scale, [groups, build.opset < 21 ? 1 : channels / groups, 1]);
    const g = build.mul(build.reshape(dy, grouped), scales);
    const dx = standardized(g, build.reshape(x, grouped), [2, 3], floatAttribute(node, 'epsilon', 1e-5), build);
    return [build.reshape(dx, shape(x))];
  },
  MeanVarianceNormalization: ({ node, dy, inputs: [x = ''], build }) => [
    // The standard adds 1e-9 to the deviation.
    standardized(dy, x, intsAttribute(node, 'axes') ?? [0, 2, 3], 1e-18, build),
  ],
  /** y = x ‖x‖⁻¹: dx = (dy − ‖x‖′ Σ dy y) ‖x‖⁻¹, where ‖x‖′ is y for the 2-norm and sign(x) for the 1-norm. */
  LpNormalization: ({ node, dy, inputs: [x = ''], outputs: [y = ''], shape, build }) => {
    const axis = intAttribute(node, 'axis', -1);
    const axes = [axis < 0 ? axis + shape(x).length : axis];
    const isEuclidean = intAttribute(node, 'p', 2) === 2;
    const size = build.reduceSum(isEuclidean ? build.mul(x, x) : build.op('Abs', [x]), axes, true);
    const norm = isEuclidean ? build.op('Sqrt', [size]) : size;
    const slope = isEuclidean ? y : build.op('Sign', [x]);
    const along = build.mul(slope, build.reduceSum(build.mul(dy, y), axes, true));
    // Zeros stay zeros, with no gradient.
    const isZero = build.op('Equal', [norm, build.floats(0)]);
    return [build.where(isZero, build.floats(0), build.div(build.sub(dy, along), norm))];
  },
  /** y = x s⁻ᵝ with s = bias + α mean(x²) over neighboring channels: dx = dy s⁻ᵝ − 2αβ x · meanᵀ(dy y / s). */
  LRN: ({ node, dy, inputs: [x = ''], outputs: [y = ''], shape, build }) => {
    const [alpha, beta] = [floatAttribute(node, 'alpha', 1e-4), floatAttribute(node, 'beta', 0.75)];
    const bias = build.floats(floatAttribute(node, 'bias', 1));
    const size = intAttribute(node, 'size', 1);
    const [images = 0, channels = 0, ...spatial] = shape(x);
    const plane = [images, 1, channels, spatial.reduce((a, b) => a * b, 1)];
    // For an even size, one side has one more neighbor; in the gradient, the other side.
    const mean = (value: string, before: number) => {
      const pads = [before, 0, size - 1 - before, 0];
      const window = { kernel_shape: [size, 1], pads, count_include_pad: 1 };
      return build.reshape(build.op('AveragePool', [build.reshape(value, plane)], window), shape(x));
    };
    const s = build.add(bias, build.scale(mean(build.mul(x, x), Math.floor((size - 1) / 2)), alpha));
    const others = mean(build.div(build.mul(dy, y), s), Math.ceil((size - 1) / 2));
    const own = build.mul(dy, build.op('Pow', [s, build.floats(-beta)]));
    return [build.sub(own, build.mul(build.scale(x, 2 * alpha * beta), others))];
  },
};

/** Gradient of (x − mean) / √(variance + ε) over axes. */
function standardized(g: string, x: string, axes: readonly number[], epsilon: number, build: GraphBuilder): string {
  const centered = build.sub(x, build.reduceMean(x, axes));
  const inverse = inverseRoot(centered, axes, epsilon, build);
  return standardizationBack(g, build.mul(centered, inverse), inverse, axes, build);
}

/** (g − mean(g) − n · mean(g n)) / σ, with n the normalized x (Ba et al. 2016; Ioffe & Szegedy 2015, sec. 3). */
function standardizationBack(
  g: string,
  normal: string,
  inverse: string,
  axes: readonly number[],
  build: GraphBuilder,
): string {
  const centered = build.sub(g, build.reduceMean(g, axes));
  return build.mul(inverse, withoutPartAlong(normal, centered, axes, build));
}

/** g − n · mean(g n) */
function withoutPartAlong(normal: string, g: string, axes: readonly number[], build: GraphBuilder): string {
  return build.sub(g, build.mul(normal, build.reduceMean(build.mul(g, normal), axes)));
}

/** 1 / √(mean(x²) + ε) */
function inverseRoot(x: string, axes: readonly number[], epsilon: number, build: GraphBuilder): string {
  const mean = build.reduceMean(build.mul(x, x), axes);
  return build.op('Reciprocal', [build.op('Sqrt', [build.add(mean, build.floats(epsilon))])]);
}

/** The axes from one to the last. */
function axesFrom(axis: number, rank: number): number[] {
  const first = axis < 0 ? axis + rank : axis;
  return Array.from({ length: rank - first }, (_, index) => first + index);
}

/** The shape in which numbers of channels are broadcast over images. */
function perChannel(dims: readonly number[]): number[] {
  return [-1, ...dims.slice(2).map(() => 1)];
}
