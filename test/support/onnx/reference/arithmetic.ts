import { type ElementType, elementTypes, intAttribute } from '../../../../src/models/onnx/graph/graph.ts';
import type { Operator } from './operator.ts';
import { atBroadcast, broadcastDims, fill, given, tensor } from './tensor.ts';

/** A function of the elements of any number of tensors, which are broadcast to one shape. */
function elementwise(f: (...elements: number[]) => number): Operator {
  return (inputs) => {
    const parts = inputs.map(given);
    return [
      fill(broadcastDims(...parts.map(({ dims }) => dims)), (index) =>
        f(...parts.map((part) => atBroadcast(part, index))),
      ),
    ];
  };
}

const test = (f: (a: number, b: number) => boolean) => elementwise((a = 0, b = 0) => Number(f(a, b)));

function sum(elements: readonly number[]): number {
  return elements.reduce((total, element) => total + element, 0);
}

export const arithmetic: Readonly<Record<string, Operator>> = {
  Add: elementwise((a = 0, b = 0) => a + b),
  Sub: elementwise((a = 0, b = 0) => a - b),
  Mul: elementwise((a = 0, b = 0) => a * b),
  Div: elementwise((a = 0, b = 0) => a / b),
  Pow: elementwise((a = 0, b = 0) => a ** b),
  Min: elementwise(Math.min),
  Max: elementwise(Math.max),
  Sum: elementwise((...elements) => sum(elements)),
  Mean: elementwise((...elements) => sum(elements) / elements.length),
  Where: elementwise((condition, a = 0, b = 0) => (condition ? a : b)),
  Mod: (inputs, node) => {
    const truncates = intAttribute(node, 'fmod', 0) === 1;
    return elementwise((a = 0, b = 0) => (truncates ? a % b : a - b * Math.floor(a / b)))(inputs, node);
  },
  Greater: test((a, b) => a > b),
  Less: test((a, b) => a < b),
  Equal: test((a, b) => a === b),
  GreaterOrEqual: test((a, b) => a >= b),
  LessOrEqual: test((a, b) => a <= b),
  And: test((a, b) => a !== 0 && b !== 0),
  Or: test((a, b) => a !== 0 || b !== 0),
  Xor: test((a, b) => (a !== 0) !== (b !== 0)),
  Not: test((a) => a === 0),
  IsNaN: test((a) => Number.isNaN(a)),
  IsInf: test((a) => Math.abs(a) === Number.POSITIVE_INFINITY),
  CastLike: ([x]) => [given(x)],
  /** Rounding to fewer digits is left out: the numbers here are those without rounding. */
  Cast: ([x], node) => {
    const to = intAttribute(node, 'to', 1);
    const floats: ElementType[] = ['float32', 'float64', 'float16', 'bfloat16'];
    const convert = floats.some((type) => elementTypes[type] === to)
      ? (value: number) => value
      : to === elementTypes.bool
        ? (value: number) => Number(value !== 0)
        : Math.trunc;
    return [tensor(given(x).dims, given(x).data.map(convert))];
  },
};
