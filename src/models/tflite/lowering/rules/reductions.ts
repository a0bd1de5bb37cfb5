import { type Call, type Lowered, placeOf, type Rule } from '../call.ts';

/** The axes that a reduction leaves are in the same order with the channels first as with the channels last. */
function keepsOrder(axes: readonly number[]): boolean {
  return axes.includes(3) || (axes.includes(1) && axes.includes(2));
}

const reduced =
  (operator: string): Rule =>
  (call) => {
    const { build } = call;
    const axes = [...new Set(call.axes(1))];
    if (axes.length === 0) return call.x;
    const keeps = call.option('keepDims') === 1;
    const x =
      call.x.channelsFirst && !keeps && !keepsOrder(axes)
        ? call.give(call.last(call.x), call.x.dims, call.x.type)
        : call.x;
    const places = axes.map((axis) => placeOf(axis, x));
    const value = build.op(operator, [x.value, build.ints(places)], { keepdims: keeps ? 1 : 0 });
    const dims = x.dims.flatMap((size, axis) => (axes.includes(axis) ? (keeps ? [1] : []) : [size]));
    return { value, dims, channelsFirst: x.channelsFirst && keeps, type: x.type };
  };

/** Where the extreme is, the first on a tie. */
function position(call: Call, operator: string): Lowered {
  const [axis = 0] = call.axes(1);
  const { x } = call;
  const value = call.build.op(operator, [call.last(x)], { axis, keepdims: 0 });
  return call.give(call.cast({ value, type: 'int64' }, call.type), x.dims.toSpliced(axis, 1));
}

/** Sums, means, extremes and the like over axes. */
export const reductions: Readonly<Record<string, Rule>> = {
  SUM: reduced('ReduceSum'),
  MEAN: reduced('ReduceMean'),
  REDUCE_MAX: reduced('ReduceMax'),
  REDUCE_MIN: reduced('ReduceMin'),
  REDUCE_PROD: reduced('ReduceProd'),
  ARG_MAX: (call) => position(call, 'ArgMax'),
  ARG_MIN: (call) => position(call, 'ArgMin'),
  CUMSUM: (call) => {
    const { x, build } = call;
    const [axis = 0] = call.axes(1);
    const value = build.op(
      'CumSum',
      [
        call.last(x),
        build.constant({ type: 'int64', dims: [], data: new Uint8Array(BigInt64Array.of(BigInt(axis)).buffer) }),
      ],
      {
        exclusive: call.option('exclusive'),
        reverse: call.option('reverse'),
      },
    );
    return call.give(value, x.dims);
  },
};
