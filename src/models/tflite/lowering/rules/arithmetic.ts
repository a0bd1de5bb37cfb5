import { CannotLower } from '../../../cannotLower.ts';
import { aligned } from '../aligned.ts';
import type { Call, Lowered, Rule } from '../call.ts';

type Emit = (values: readonly string[], call: Call) => string;

/** Combines tensors number by number. */
function combined(call: Call, tensors: readonly Lowered[], emit: Emit): Lowered {
  const { type } = tensors[0] as Lowered;
  if (tensors.some((tensor) => tensor.type !== type)) throw new CannotLower('its inputs are of different types');
  const { values, dims, channelsFirst } = aligned(call, tensors);
  return { value: emit(values, call), dims, channelsFirst, type };
}

const binary =
  (emit: (a: string, b: string, call: Call) => string): Rule =>
  (call) =>
    combined(call, [call.x, call.input(1)], ([a = '', b = '']) => emit(a, b, call));

const named = (operator: string) => binary((a, b, { build }) => build.op(operator, [a, b]));

const unary =
  (emit: (x: string, call: Call) => string): Rule =>
  (call) => ({ ...call.x, value: emit(call.x.value, call) });

const plain = (operator: string) => unary((x, { build }) => build.op(operator, [x]));

/** The largest whole number that is not above the quotient; whole numbers are divided as float32. */
function floorOfQuotient(a: string, b: string, call: Call): string {
  const { type } = call.x;
  const [dividend, divisor] = [a, b].map((value) => call.cast({ value, type }, 'float32')) as [string, string];
  const floor = call.build.op('Floor', [call.build.div(dividend, divisor)]);
  return call.cast({ value: floor, type: 'float32' }, type);
}

/** What is left of it, with the sign of the divisor. */
function remainder(a: string, b: string, call: Call): string {
  if (call.x.type !== 'float32') return call.build.op('Mod', [a, b]);
  return call.build.sub(a, call.build.mul(b, call.build.op('Floor', [call.build.div(a, b)])));
}

/** Sums, products, powers and functions of single numbers. */
export const arithmetic: Readonly<Record<string, Rule>> = {
  ADD: named('Add'),
  SUB: named('Sub'),
  MUL: named('Mul'),
  DIV: named('Div'),
  MAXIMUM: named('Max'),
  MINIMUM: named('Min'),
  POW: named('Pow'),
  FLOOR_DIV: binary(floorOfQuotient),
  FLOOR_MOD: binary(remainder),
  SQUARED_DIFFERENCE: binary((a, b, { build }) => {
    const difference = build.sub(a, b);
    return build.mul(difference, difference);
  }),
  ADD_N: (call) => combined(call, call.inputs(), (values) => values.reduce((a, b) => call.build.add(a, b))),
  ABS: plain('Abs'),
  NEG: plain('Neg'),
  SIGN: plain('Sign'),
  SQUARE: unary((x, { build }) => build.mul(x, x)),
  SQRT: plain('Sqrt'),
  RSQRT: unary((x, { build }) => build.op('Reciprocal', [build.op('Sqrt', [x])])),
  EXP: plain('Exp'),
  LOG: plain('Log'),
  SIN: plain('Sin'),
  COS: plain('Cos'),
  FLOOR: plain('Floor'),
  CEIL: plain('Ceil'),
  ROUND: plain('Round'),
};
