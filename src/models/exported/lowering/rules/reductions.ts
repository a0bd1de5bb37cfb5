import type { Call, Rule } from '../call.ts';

function reduced(call: Call, operator: string, value = call.cast(call.input, call.result.type)): string {
  const axes = call.axes('dim');
  if (axes.length === 0) return call.build.op('Identity', [value]);
  return call.build.op(operator, [value, call.build.ints(axes)], { keepdims: call.flag('keepdim') ? 1 : 0 });
}

/** The extreme over everything, over an axis with where it is, or of two tensors. */
const extreme =
  (pointwise: string, reduction: string, position: string): Rule =>
  (call) => {
    if (call.has('other')) return call.build.op(pointwise, [call.operand('self'), call.operand('other')]);
    if (!call.has('dim')) return reduced(call, reduction);
    return [reduced(call, reduction), where(call, position)];
  };

function where(call: Call, operator: string): string {
  const keepdims = call.flag('keepdim') ? 1 : 0;
  if (!call.has('dim')) return call.build.op(operator, [call.build.reshape(call.x, [-1])], { axis: 0, keepdims });
  return call.build.op(operator, [call.x], { axis: call.axis('dim'), keepdims });
}

/** The variance, with Bessel's correction if not stated otherwise. */
function variance(call: Call): string {
  const { build } = call;
  const axes = call.axes('dim');
  const count = axes.reduce((product, axis) => product * (call.fixed([call.dims[axis] as number])[0] as number), 1);
  const correction = call.has('correction') ? call.number('correction') : call.flag('unbiased', true) ? 1 : 0;
  const centered = build.sub(call.x, build.reduceMean(call.x, axes));
  return build.scale(reduced(call, 'ReduceMean', build.mul(centered, centered)), count / (count - correction));
}

/** Sums, means, extremes and the like over axes. */
export const reductions: Readonly<Record<string, Rule>> = {
  sum: (call) => reduced(call, 'ReduceSum'),
  mean: (call) => reduced(call, 'ReduceMean'),
  prod: (call) => reduced(call, 'ReduceProd'),
  amax: (call) => reduced(call, 'ReduceMax'),
  amin: (call) => reduced(call, 'ReduceMin'),
  max: extreme('Max', 'ReduceMax', 'ArgMax'),
  min: extreme('Min', 'ReduceMin', 'ArgMin'),
  argmax: (call) => where(call, 'ArgMax'),
  argmin: (call) => where(call, 'ArgMin'),
  var: variance,
  std: (call) => call.build.op('Sqrt', [variance(call)]),
  var_mean: (call) => [variance(call), reduced(call, 'ReduceMean')],
  std_mean: (call) => [call.build.op('Sqrt', [variance(call)]), reduced(call, 'ReduceMean')],
  logsumexp: (call) => reduced(call, 'ReduceLogSumExp'),
  any: (call) =>
    call.cast({ value: reduced(call, 'ReduceMax', call.cast(call.input, 'int32')), type: 'int32' }, 'bool'),
  all: (call) =>
    call.cast({ value: reduced(call, 'ReduceMin', call.cast(call.input, 'int32')), type: 'int32' }, 'bool'),
  cumsum: (call) =>
    call.build.op('CumSum', [call.cast(call.input, call.result.type), call.scalar(call.axis('dim'), 'int64')]),
  aminmax: (call) => [reduced(call, 'ReduceMin'), reduced(call, 'ReduceMax')],
};
