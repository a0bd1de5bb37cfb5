import type { Call, Rule } from '../call.ts';

const compare =
  (operator: string, isNegated = false): Rule =>
  (call) => {
    const { dims, channelsFirst, values } = call.aligned([call.x, call.input(1)]);
    const condition = call.build.op(operator, values);
    return { dims, channelsFirst, type: 'bool', value: isNegated ? call.build.op('Not', [condition]) : condition };
  };

const test =
  (emit: (value: string, build: Call['build']) => string): Rule =>
  (call) =>
    call.like(call.x, (value) => emit(value, call.build), 'bool');

/** One condition for each, or in the older operator for all that is behind an index of the first axis. */
const select: Rule = (call) => {
  const [condition, a, b] = [call.x, call.input(1), call.input(2)];
  const isByRow = condition.dims.length === 1 && a.dims.length > 1 && call.operator === 'Select';
  const dims = isByRow ? [condition.dims[0] ?? 1, ...a.dims.slice(1).map(() => 1)] : condition.dims;
  const wide = isByRow ? { dims, type: condition.type, value: call.reshape(call.plain(condition), dims) } : condition;
  const { values, ...shape } = call.aligned([wide, a, b]);
  return { ...shape, type: a.type, value: call.build.op('Where', values) };
};

/** Conditions, and choices by them. */
export const comparisons: Readonly<Record<string, Rule>> = {
  Equal: compare('Equal'),
  NotEqual: compare('Equal', true),
  Less: compare('Less'),
  LessEqual: compare('LessOrEqual'),
  Greater: compare('Greater'),
  GreaterEqual: compare('GreaterOrEqual'),
  LogicalAnd: compare('And'),
  LogicalOr: compare('Or'),
  LogicalNot: test((value, build) => build.op('Not', [value])),
  IsNan: test((value, build) => build.op('IsNaN', [value])),
  IsInf: test((value, build) => build.op('IsInf', [value])),
  IsFinite: test((value, build) =>
    build.op('Not', [build.op('Or', [build.op('IsNaN', [value]), build.op('IsInf', [value])])]),
  ),
  Select: select,
  SelectV2: select,
};
