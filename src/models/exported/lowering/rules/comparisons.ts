import { CannotLower } from '../../../cannotLower.ts';
import type { Rule } from '../call.ts';

const compare =
  (operator: string): Rule =>
  (call) => {
    const type = call.commonType('self', 'other');
    // Not all comparisons are defined for all types; these are.
    const common = type === 'float32' ? 'float32' : type === 'bool' && operator === 'Equal' ? 'bool' : 'int64';
    return call.build.op(operator, [call.operand('self', common), call.operand('other', common)]);
  };

const logical =
  (operator: string): Rule =>
  (call) =>
    call.build.op(operator, [call.operand('self', 'bool'), call.operand('other', 'bool')]);

const not: Rule = (call) => call.build.op('Not', [call.operand('self', 'bool')]);

/** Of conditions, operations on bits are the logical ones. */
const bitwise =
  (rule: Rule): Rule =>
  (call) => {
    if (call.result.type !== 'bool') throw new CannotLower('it works on the bits of whole numbers');
    return rule(call);
  };

/** Conditions, and choices by them. */
export const comparisons: Readonly<Record<string, Rule>> = {
  eq: compare('Equal'),
  ne: (call) => call.build.op('Not', [compare('Equal')(call) as string]),
  lt: compare('Less'),
  le: compare('LessOrEqual'),
  gt: compare('Greater'),
  ge: compare('GreaterOrEqual'),
  logical_and: logical('And'),
  logical_or: logical('Or'),
  logical_xor: logical('Xor'),
  logical_not: not,
  bitwise_and: bitwise(logical('And')),
  bitwise_or: bitwise(logical('Or')),
  bitwise_xor: bitwise(logical('Xor')),
  bitwise_not: bitwise(not),
  __and__: bitwise(logical('And')),
  __or__: bitwise(logical('Or')),
  isnan: ({ x, build }) => build.op('IsNaN', [x]),
  isinf: ({ x, build }) => build.op('IsInf', [x]),
  isfinite: ({ x, build }) => build.op('Not', [build.op('Or', [build.op('IsNaN', [x]), build.op('IsInf', [x])])]),
  where: (call) => call.build.where(call.operand('condition', 'bool'), call.operand('self'), call.operand('other')),
  masked_fill: (call) => call.build.where(call.operand('mask', 'bool'), call.operand('value'), call.operand('self')),
};
