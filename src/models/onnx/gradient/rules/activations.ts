import { elementTypes, floatAttribute, intAttribute, type Node, stringAttribute } from '../../graph/graph.ts';
import { float, type GraphBuilder } from '../../graph/graphBuilder.ts';
import { flat, NotDifferentiable, type Rule } from '../rule.ts';

const floatTypes: readonly number[] = [
  elementTypes.float32,
  elementTypes.float16,
  elementTypes.bfloat16,
  elementTypes.float64,
];

/** Inputs to the derivative of an elementwise function. */
interface Point {
  readonly x: string;
  readonly y: string;
  readonly build: GraphBuilder;
  /** A float attribute of the node, or its default. */
  attribute(name: string, missing: number): number;
  readonly node: Node;
}

/**
 * dx = dy · f′(x), from f′. If either works, y is used rather than x: that lets ONNX Runtime fuse the activation into
 * the convolution before it.
 */
function elementwise(derivative: (point: Point) => string): Rule {
  return ({ node, dy, inputs: [x = ''], outputs: [y = ''], build }) => {
    const attribute = (name: string, missing: number) => floatAttribute(node, name, missing);
    return [build.mul(dy, derivative({ x, y, build, attribute, node }))];
  };
}

/**
 * Slope of a sigmoid that saturates for every float32 except those next to 0. A power of two, so that thresholds are
 * exact.
 */
const steep = 2 ** 100;
/** Times `steep`, a larger one would leave the range of float32. */
const largestThreshold = 2 ** 20;

/**
 * 1 on one side of a threshold (`sign` 1: above it), 0 on the other and at the threshold itself. Uses an operator that
 * ONNX Runtime computes in the layout of its convolutions: a comparison would cost two layout conversions.
 */
function stepAt(threshold: number, sign: 1 | -1, x: string, build: GraphBuilder): string {
  return build.op('HardSigmoid', [x], { alpha: float(sign * steep), beta: float(-sign * threshold * steep) });
}

function isAbove(x: string, threshold: number, build: GraphBuilder): string {
  return build.op('Greater', [x, build.floats(threshold)]);
}

/** Elementwise functions. At a kink, the derivative is PyTorch's. */
export const activations: Readonly<Record<string, Rule>> = {
  Identity: ({ dy }) => [dy],
  Dropout: ({ dy, inputs: [, , training], numbers }) => {
    if (training && numbers(training)?.[0] !== 0) throw new NotDifferentiable('it is in training mode');
    return [dy];
  },
  /** To a float type; integers do not change with what they were rounded from. */
  Cast: ({ dy, inputs: [x = ''], node, build }) =>
    floatTypes.includes(intAttribute(node, 'to', 0)) ? [build.op('CastLike', [dy, x])] : [],
  CastLike: ({ dy, inputs: [x = ''], build }) => [build.op('CastLike', [dy, x])],

  Relu: elementwise(({ y, build }) => stepAt(0, 1, y, build)),
  LeakyRelu: elementwise(({ x, build, attribute }) =>
    build.where(isAbove(x, 0, build), build.floats(1), build.floats(attribute('alpha', 0.01))),
  ),
  PRelu: ({ dy, inputs: [x = '', slope = ''], wanted, shape, build }) => {
    const below = () => build.mul(dy, build.op('Min', [x, build.floats(0)]));
    return [
      build.where(isAbove(x, 0, build), dy, build.mul(dy, slope)),
      wanted[1] ? build.sumTo(below(), shape(x), shape(slope)) : undefined,
    ];
  },
  /** 1 strictly between the bounds; 0 at a bound, as in PyTorch's Hardtanh and ReLU6 (but not its clamp). */
  Clip: ({ dy, inputs: [, low, high], outputs: [y = ''], wanted, numbers, build }) => {
    if (wanted[1] || wanted[2]) throw new NotDifferentiable('its bounds depend on the image');
    const step = (bound: string | undefined, sign: 1 | -1) => {
      const [threshold] = numbers(bound) ?? [];
      if (!bound) return [];
      if (threshold !== undefined && Math.abs(threshold) < largestThreshold) return [stepAt(threshold, sign, y, build)];
      return [build.mask(build.op(sign === 1 ? 'Greater' : 'Less', [y, bound]))];
    };
    const [first, second] = [...step(low, 1), ...step(high, -1)];
    if (first === undefined) return [dy];
    return [build.mul(dy, second === undefined ? first : build.mul(first, second))];
  },
  /** Below 0, y = α(eˣ − 1) and y′ = y + α. */
  Elu: elementwise(({ x, y, build, attribute }) =>
    build.where(isAbove(x, 0, build), build.floats(1), build.add(y, build.floats(attribute('alpha', 1)))),
  ),
  Selu: elementwise(({ x, y, build, attribute }) => {
    const gamma = attribute('gamma', 1.0507009873554805);
    const below = build.add(y, build.floats(gamma * attribute('alpha', 1.6732632423543772)));
    return build.where(isAbove(x, 0, build), build.floats(gamma), below);
  }),
  /** Below 0, y = α(e^(x/α) − 1) and y′ = y/α + 1. */
  Celu: elementwise(({ x, y, build, attribute }) => {
    const below = build.add(build.scale(y, 1 / attribute('alpha', 1)), build.floats(1));
    return build.where(isAbove(x, 0, build), build.floats(1), below);
  }),
  /** 1 where |x| is above λ: both parts are shifted lines. */
  Shrink: elementwise(({ x, build, attribute }) =>
    build.mask(isAbove(build.op('Abs', [x]), attribute('lambd', 0.5), build)),
  ),
  ThresholdedRelu: elementwise(({ x, build, attribute }) => build.mask(isAbove(x, attribute('alpha', 1), build))),
  Sigmoid: elementwise(({ y, build }) => build.mul(y, build.sub(build.floats(1), y))),
  HardSigmoid: elementwise(({ y, build, attribute }) => {
    const inside = build.op('And', [isAbove(y, 0, build), build.op('Less', [y, build.floats(1)])]);
    return build.scale(build.mask(inside), attribute('alpha', 0.2));
  }),
  /** x · h(x) with h(x) = x/6 + 1/2 between 0 and 1, which is HardSigmoid; h′ = 1/6 for |x| < 3. */
  HardSwish: elementwise(({ x, build }) => {
    const h = build.op('HardSigmoid', [x], { alpha: float(1 / 6), beta: float(0.5) });
    const slopes = build.op('Less', [build.op('Abs', [x]), build.floats(3)]);
    return build.add(h, build.mul(build.mask(slopes), build.scale(x, 1 / 6)));
  }),
  Swish: elementwise(({ x, build, attribute }) => swishSlope(x, attribute('alpha', 1), build)),
  'com.microsoft.QuickGelu': elementwise(({ x, build, attribute }) => swishSlope(x, attribute('alpha', 1.702), build)),
  Tanh: elementwise(({ y, build }) => build.sub(build.floats(1), build.mul(y, y))),
  Gelu: elementwise(({ x, build, node }) =>
    stringAttribute(node, 'approximate', 'none') === 'tanh' ? tanhGeluSlope(x, build) : geluSlope(x, build),
  ),
  'com.microsoft.Gelu': elementwise(({ x, build }) => geluSlope(x, build)),
  'com.microsoft.FastGelu': ({ dy, inputs: [x = '', bias], wanted, shape, build }) => {
    const sum = bias ? build.add(x, bias) : x;
    const dx = build.mul(dy, tanhGeluSlope(sum, build));
    return [dx, bias && wanted[1] ? build.sumTo(dx, shape(x), shape(bias)) : undefined];
  },
  /** erf′(x) = 2/√π · e^(−x²). */
  Erf: elementwise(({ x, build }) =>
    build.scale(build.op('Exp', [build.mul(x, build.scale(x, -1))]), 2 / Math.sqrt(Math.PI)),
  ),
  /** x · t with t = tanh(softplus(x)); softplus′ is the sigmoid. */
  Mish: elementwise(({ x, build }) => {
    const t = build.op('Tanh', [build.op('Softplus', [x])]);
    const slope = build.mul(build.sub(build.floats(1), build.mul(t, t)), build.op('Sigmoid', [x]));
    return build.add(t, build.mul(x, slope));
  }),
  Softplus: elementwise(({ x, build }) => build.op('Sigmoid', [x])),
  /** 1 / (1 + |x|)² = (1 − |y|)². */
  Softsign: elementwise(({ y, build }) => {
    const rest = build.sub(build.floats(1), build.op('Abs', [y]));
    return build.mul(rest, rest);
  }),
  Exp: elementwise(({ y }) => y),
  Log: ({ dy, inputs: [x = ''], build }) => [build.div(dy, x)],
  Sqrt: ({ dy, outputs: [y = ''], build }) => [build.div(dy, build.scale(y, 2))],
  Reciprocal: elementwise(({ y, build }) => build.neg(build.mul(y, y))),
  Abs: elementwise(({ x, build }) => build.op('Sign', [x])),
  Neg: ({ dy, build }) => [build.neg(dy)],
  Sin: elementwise(({ x, build }) => build.op('Cos', [x])),
  Cos: elementwise(({ x, build }) => build.neg(build.op('Sin', [x]))),
  Tan: elementwise(({ y, build }) => build.add(build.floats(1), build.mul(y, y))),
  Atan: ({ dy, inputs: [x = ''], build }) => [build.div(dy, build.add(build.floats(1), build.mul(x, x)))],
  /** 1 / √(1 − x²) */
  Asin: ({ dy, inputs: [x = ''], build }) => [build.div(dy, build.op('Sqrt', [oneMinusSquare(x, build)]))],
  Acos: ({ dy, inputs: [x = ''], build }) => [build.neg(build.div(dy, build.op('Sqrt', [oneMinusSquare(x, build)])))],
  Sinh: elementwise(({ x, build }) => build.op('Cosh', [x])),
  Cosh: elementwise(({ x, build }) => build.op('Sinh', [x])),
  /** 1 / √(x² + 1) = 1 / cosh y */
  Asinh: ({ dy, outputs: [y = ''], build }) => [build.div(dy, build.op('Cosh', [y]))],
  /** 1 / √(x² − 1) = 1 / sinh y */
  Acosh: ({ dy, outputs: [y = ''], build }) => [build.div(dy, build.op('Sinh', [y]))],
  Atanh: ({ dy, inputs: [x = ''], build }) => [build.div(dy, oneMinusSquare(x, build))],

  Sign: flat,
  Floor: flat,
  Ceil: flat,
  Round: flat,
  Hardmax: flat,
};

/** 1 − x² as (1 − x)(1 + x), which keeps its digits near ±1. */
function oneMinusSquare(x: string, build: GraphBuilder): string {
  const one = build.floats(1);
  return build.mul(build.sub(one, x), build.add(one, x));
}

/** Of x · s with s = σ(αx): s + αx · s(1 − s). */
function swishSlope(x: string, alpha: number, build: GraphBuilder): string {
  const scaled = build.scale(x, alpha);
  const s = build.op('Sigmoid', [scaled]);
  return build.mul(s, build.add(build.floats(1), build.mul(scaled, build.sub(build.floats(1), s))));
}

/** Of x · Φ(x): Φ(x) + x · φ(x), with the distribution and the density of the standard normal distribution. */
function geluSlope(x: string, build: GraphBuilder): string {
  const erf = build.op('Erf', [build.scale(x, Math.SQRT1_2)]);
  const distribution = build.scale(build.add(erf, build.floats(1)), 0.5);
  const exponential = build.op('Exp', [build.mul(x, build.scale(x, -0.5))]);
  return build.add(distribution, build.mul(x, build.scale(exponential, 1 / Math.sqrt(2 * Math.PI))));
}

/** Of x/2 · (1 + t) with t = tanh(k(x + 0.044715x³)) and k = √(2/π). */
function tanhGeluSlope(x: string, build: GraphBuilder): string {
  const k = Math.sqrt(2 / Math.PI);
  const square = build.mul(x, x);
  const polynomial = (constant: number, factor: number) =>
    build.add(build.floats(constant), build.scale(square, factor));
  const t = build.op('Tanh', [build.mul(x, polynomial(k, k * 0.044715))]);
  const slope = build.mul(build.sub(build.floats(1), build.mul(t, t)), polynomial(k, 3 * k * 0.044715));
  return build.scale(build.add(build.add(build.floats(1), t), build.mul(x, slope)), 0.5);
}
