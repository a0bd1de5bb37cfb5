import { floatAttribute, intAttribute, type Node, stringAttribute } from '../../../../src/models/onnx/graph/graph.ts';
import type { Operator } from './operator.ts';
import { at, atBroadcast, fill, fromEnd, given, type Tensor, tensor } from './tensor.ts';

/** A function of each element, with the attributes that it takes. */
function elementwise(
  f: (x: number, attribute: (name: string, missing: number) => number, node: Node) => number,
): Operator {
  return ([input], node) => {
    const x = given(input);
    return [
      tensor(
        x.dims,
        x.data.map((value) => f(value, (name, missing) => floatAttribute(node, name, missing), node)),
      ),
    ];
  };
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const clamp = (x: number, low: number, high: number) => Math.min(Math.max(x, low), high);

/** 2/√π e^(−x²) Σ 2ⁿ x^(2n+1) / (2n+1)!!, all of whose terms have one sign. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

const gelu = (x: number) => (x / 2) * (1 + erf(x / Math.SQRT2));
const tanhGelu = (x: number) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

/** Rounds halves to even. */
function round(x: number): number {
  const below = Math.floor(x);
  return x - below === 0.5 ? 2 * Math.round(x / 2) : Math.round(x);
}

/** Numbers of a tensor along one axis, through an index. */
function along(x: Tensor, axis: number, index: readonly number[]): number[] {
  return Array.from({ length: x.dims[axis] as number }, (_, i) =>
    at(
      x,
      index.map((old, position) => (position === axis ? i : old)),
    ),
  );
}

/** Along one axis, as since version 13 of the standard. */
function softmax(of: (x: number, logSum: number) => number): Operator {
  return ([input], node) => {
    const x = given(input);
    const axis = fromEnd(intAttribute(node, 'axis', -1), x.dims.length);
    return [
      fill(x.dims, (index) => {
        const values = along(x, axis, index);
        const largest = Math.max(...values);
        const logSum = largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0));
        return of(at(x, index), logSum);
      }),
    ];
  };
}

export const activations: Readonly<Record<string, Operator>> = {
  Relu: elementwise((x) => Math.max(x, 0)),
  LeakyRelu: elementwise((x, attribute) => (x < 0 ? attribute('alpha', 0.01) * x : x)),
  PRelu: ([x, slope]) => [
    fill(given(x).dims, (index) => {
      const value = at(given(x), index);
      return value < 0 ? value * atBroadcast(given(slope), index) : value;
    }),
  ],
  Clip: ([x, low, high]) => [
    tensor(
      given(x).dims,
      given(x).data.map((value) =>
        clamp(value, low?.data[0] ?? Number.NEGATIVE_INFINITY, high?.data[0] ?? Number.POSITIVE_INFINITY),
      ),
    ),
  ],
  Elu: elementwise((x, attribute) => (x < 0 ? attribute('alpha', 1) * Math.expm1(x) : x)),
  Selu: elementwise((x, attribute) => {
    const alpha = attribute('alpha', 1.6732632423543772);
    return attribute('gamma', 1.0507009873554805) * (x <= 0 ? alpha * Math.expm1(x) : x);
  }),
  Celu: elementwise((x, attribute) => {
    const alpha = attribute('alpha', 1);
    return Math.max(0, x) + Math.min(0, alpha * Math.expm1(x / alpha));
  }),
  ThresholdedRelu: elementwise((x, attribute) => (x > attribute('alpha', 1) ? x : 0)),
  Sigmoid: elementwise(sigmoid),
  HardSigmoid: elementwise((x, attribute) => clamp(attribute('alpha', 0.2) * x + attribute('beta', 0.5), 0, 1)),
  HardSwish: elementwise((x) => x * clamp(x / 6 + 0.5, 0, 1)),
  Swish: elementwise((x, attribute) => x * sigmoid(attribute('alpha', 1) * x)),
  'com.microsoft.QuickGelu': elementwise((x, attribute) => x * sigmoid(attribute('alpha', 1.702) * x)),
  Tanh: elementwise(Math.tanh),
  Gelu: elementwise((x, _, node) => (stringAttribute(node, 'approximate', 'none') === 'tanh' ? tanhGelu(x) : gelu(x))),
  'com.microsoft.Gelu': elementwise(gelu),
  'com.microsoft.FastGelu': ([x, bias]) => [
    fill(given(x).dims, (index) => tanhGelu(at(given(x), index) + (bias ? atBroadcast(bias, index) : 0))),
  ],
  Erf: elementwise(erf),
  Mish: elementwise((x) => x * Math.tanh(softplus(x))),
  Softplus: elementwise(softplus),
  Softsign: elementwise((x) => x / (1 + Math.abs(x))),
  Exp: elementwise(Math.exp),
  Log: elementwise(Math.log),
  Sqrt: elementwise(Math.sqrt),
  Reciprocal: elementwise((x) => 1 / x),
  Abs: elementwise(Math.abs),
  Neg: elementwise((x) => -x),
  Sign: elementwise(Math.sign),
  Floor: elementwise(Math.floor),
  Ceil: elementwise(Math.ceil),
  Round: elementwise(round),
  Sin: elementwise(Math.sin),
  Cos: elementwise(Math.cos),
  Tan: elementwise(Math.tan),
  Atan: elementwise(Math.atan),
  Asin: elementwise(Math.asin),
  Acos: elementwise(Math.acos),
  Sinh: elementwise(Math.sinh),
  Cosh: elementwise(Math.cosh),
  Asinh: elementwise(Math.asinh),
  Acosh: elementwise(Math.acosh),
  Atanh: elementwise(Math.atanh),
  Shrink: elementwise((x, attribute) => {
    const bias = attribute('bias', 0);
    return Math.abs(x) > attribute('lambd', 0.5) ? x - Math.sign(x) * bias : 0;
  }),
  Hardmax: ([input], node) => {
    const x = given(input);
    const axis = fromEnd(intAttribute(node, 'axis', -1), x.dims.length);
    return [
      fill(x.dims, (index) => {
        const values = along(x, axis, index);
        return values.indexOf(Math.max(...values)) === index[axis] ? 1 : 0;
      }),
    ];
  },
  Dropout: ([x]) => [given(x), tensor(given(x).dims, new Float64Array(given(x).data.length).fill(1))],
  Softmax: softmax((x, logSum) => Math.exp(x - logSum)),
  LogSoftmax: softmax((x, logSum) => x - logSum),
};
