import { intAttribute, intsAttribute } from '../../../../src/models/onnx/graph/graph.ts';
import type { Operator } from './operator.ts';
import { at, fill, fromEnd, given, indices, list, type Tensor, tensor } from './tensor.ts';

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** Over the axes of an attribute or a second input; over all where there are none, unless noop_with_empty_axes is set. */
function reduction(f: (values: readonly number[]) => number): Operator {
  return ([input, axesInput], node) => {
    const x = given(input);
    const stated = list(axesInput) ?? intsAttribute(node, 'axes') ?? [];
    const none = stated.length === 0;
    if (none && intAttribute(node, 'noop_with_empty_axes', 0))
      return [
        tensor(
          x.dims,
          x.data.map((value) => f([value])),
        ),
      ];
    const axes = none ? x.dims.map((_, axis) => axis) : stated.map((axis) => fromEnd(axis, x.dims.length));
    const inner = indices(axes.map((axis) => x.dims[axis] as number));
    const kept = x.dims.map((size, axis) => (axes.includes(axis) ? 1 : size));
    const result = fill(kept, (index) =>
      f(
        inner.map((rest) =>
          at(
            x,
            index.map((i, axis) => (axes.includes(axis) ? (rest[axes.indexOf(axis)] as number) : i)),
          ),
        ),
      ),
    );
    const dims = intAttribute(node, 'keepdims', 1) ? kept : kept.filter((_, axis) => !axes.includes(axis));
    return [tensor(dims, result.data)];
  };
}

/** Position of the best of some values: the first of equals. */
function best(values: readonly number[], isBetter: (a: number, b: number) => boolean): number {
  return values.reduce((found, value, index) => (isBetter(value, values[found] as number) ? index : found), 0);
}

/** What an operator does to the numbers along an axis. */
function alongAxis(x: Tensor, axis: number, f: (values: readonly number[]) => readonly number[]): Tensor {
  const size = x.dims[axis] as number;
  const replaced = (index: readonly number[], value: number) => index.map((old, i) => (i === axis ? value : old));
  const results = new Map(
    indices(replaced(x.dims, 1)).map((index) => [
      index.join(),
      f(Array.from({ length: size }, (_, i) => at(x, replaced(index, i)))),
    ]),
  );
  const length = (results.values().next().value as readonly number[]).length;
  return fill(replaced(x.dims, length), (index) => {
    return results.get(replaced(index, 0).join())?.[index[axis] as number] as number;
  });
}

function extreme(isBetter: (a: number, b: number) => boolean): Operator {
  return ([input], node) => {
    const x = given(input);
    const axis = fromEnd(intAttribute(node, 'axis', 0), x.dims.length);
    const found = alongAxis(x, axis, (values) => [best(values, isBetter)]);
    const dims = intAttribute(node, 'keepdims', 1) ? found.dims : found.dims.filter((_, i) => i !== axis);
    return [tensor(dims, found.data)];
  };
}

export const reductions: Readonly<Record<string, Operator>> = {
  ReduceSum: reduction(sum),
  ReduceMean: reduction((values) => sum(values) / values.length),
  ReduceMax: reduction((values) => Math.max(...values)),
  ReduceMin: reduction((values) => Math.min(...values)),
  ReduceProd: reduction((values) => values.reduce((product, value) => product * value, 1)),
  ReduceL1: reduction((values) => sum(values.map(Math.abs))),
  ReduceL2: reduction((values) => Math.sqrt(sum(values.map((value) => value ** 2)))),
  ReduceSumSquare: reduction((values) => sum(values.map((value) => value ** 2))),
  ReduceLogSum: reduction((values) => Math.log(sum(values))),
  ReduceLogSumExp: reduction((values) => Math.log(sum(values.map(Math.exp)))),
  ArgMax: extreme((a, b) => a > b),
  ArgMin: extreme((a, b) => a < b),
  CumSum: ([input, axisInput], node) => {
    const x = given(input);
    const axis = fromEnd(given(axisInput).data[0] as number, x.dims.length);
    const exclusive = intAttribute(node, 'exclusive', 0) === 1;
    const reverse = intAttribute(node, 'reverse', 0) === 1;
    return [
      alongAxis(x, axis, (values) =>
        values.map((_, i) => sum(values.filter((_, j) => (j === i ? !exclusive : reverse ? j > i : j < i)))),
      ),
    ];
  },
  TopK: ([input, count], node) => {
    const x = given(input);
    const axis = fromEnd(intAttribute(node, 'axis', -1), x.dims.length);
    const sign = intAttribute(node, 'largest', 1) ? -1 : 1;
    const ranked = (values: readonly number[]) =>
      values
        .map((value, i) => ({ value, i }))
        .sort((a, b) => sign * (a.value - b.value) || a.i - b.i)
        .slice(0, given(count).data[0]);
    return [
      alongAxis(x, axis, (values) => ranked(values).map(({ value }) => value)),
      alongAxis(x, axis, (values) => ranked(values).map(({ i }) => i)),
    ];
  },
};
