import type { Call, Rule, Tensor } from '../call.ts';
import { type Dim, positiveAxis } from '../dims.ts';

/** Reduces over the axes that the second input lists. Over height and width, or all that stay, no order has to change. */
function reduced(call: Call, operator: string, x: Tensor = call.x): Tensor {
  const { build } = call;
  const rank = x.dims.length;
  const axes = call.axes(1, rank);
  const keeps = call.flag('keep_dims');
  if (axes.length === 0) return x;
  const kept = x.dims.map((size, axis): Dim => (axes.includes(axis) ? 1 : size));
  const dims = keeps ? kept : x.dims.filter((_, axis) => !axes.includes(axis));
  const isWithoutOrder = axes.includes(1) && axes.includes(2);
  const staysFirst = Boolean(x.channelsFirst) && (keeps || isWithoutOrder);
  const along = staysFirst ? axes.map((axis) => call.axisOf(axis, x)) : axes;
  const value = build.op(operator, [staysFirst ? (x.value as string) : call.plain(x), build.ints(along)], {
    keepdims: keeps ? 1 : 0,
  });
  return { dims, type: x.type, value, channelsFirst: staysFirst && keeps };
}

const reduce =
  (operator: string): Rule =>
  (call) =>
    reduced(call, operator);

/** Of conditions, which ONNX reduces as numbers. */
const reduceConditions =
  (operator: string): Rule =>
  (call) => {
    const numbers = call.like(call.x, (value) => call.cast(value, 'bool', 'int32'), 'int32');
    const result = reduced(call, operator, numbers);
    return call.like(result, (value) => call.cast(value, 'int32', 'bool'), 'bool');
  };

const position =
  (operator: string): Rule =>
  (call) => {
    const { x } = call;
    const axis = positiveAxis(call.scalar(1), x.dims.length);
    const type = call.type('output_type', 'int64');
    const value = call.build.op(operator, [call.plain(x)], { axis, keepdims: 0 });
    return { dims: x.dims.filter((_, i) => i !== axis), type, value: call.cast(value, 'int64', type) };
  };

/** Sums, means, extremes and the like over axes. */
export const reductions: Readonly<Record<string, Rule>> = {
  Sum: reduce('ReduceSum'),
  Mean: reduce('ReduceMean'),
  Max: reduce('ReduceMax'),
  Min: reduce('ReduceMin'),
  Prod: reduce('ReduceProd'),
  EuclideanNorm: reduce('ReduceL2'),
  All: reduceConditions('ReduceMin'),
  Any: reduceConditions('ReduceMax'),
  ArgMax: position('ArgMax'),
  ArgMin: position('ArgMin'),
  TopKV2: (call) => {
    const { x, build } = call;
    const count = call.scalar(1);
    const axis = x.dims.length - 1;
    const [values = '', indices = ''] = build.ops('TopK', [call.plain(x), build.ints([count])], { axis }, 2);
    const dims = [...x.dims.slice(0, -1), count];
    return [
      { dims, type: x.type, value: values },
      { dims, type: 'int32', value: call.cast(indices, 'int64', 'int32') },
    ];
  },
  Cumsum: (call) => {
    const { x } = call;
    const axis = call.constant(positiveAxis(call.scalar(1), x.dims.length), 'int64');
    const attributes = { exclusive: Number(call.flag('exclusive')), reverse: Number(call.flag('reverse')) };
    return { ...x, value: call.build.op('CumSum', [call.plain(x), axis], attributes), channelsFirst: false };
  },
};
