import type { Call, Rule, Tensor } from '../call.ts';

const unary =
  (emit: (value: string, call: Call) => string): Rule =>
  (call) =>
    call.like(call.x, (value) => emit(value, call));

const plain = (operator: string): Rule => unary((value, { build }) => build.op(operator, [value]));

const binary =
  (emit: (a: string, b: string, call: Call) => string): Rule =>
  (call) => {
    const { dims, channelsFirst, values } = call.aligned([call.x, call.input(1)]);
    const [a = '', b = ''] = values;
    return { dims, channelsFirst, type: call.x.type, value: emit(a, b, call) };
  };

const both = (operator: string): Rule => binary((a, b, { build }) => build.op(operator, [a, b]));

function summed(call: Call): Tensor {
  const { dims, channelsFirst, values } = call.aligned(call.inputs);
  return { dims, channelsFirst, type: call.x.type, value: values.reduce((a, b) => call.build.add(a, b)) };
}

/** Without fractions, whole numbers are divided as others and rounded down. */
function floorOfQuotient(a: string, b: string, call: Call): string {
  const { type } = call.x;
  const quotient = call.build.div(call.cast(a, type, 'float32'), call.cast(b, type, 'float32'));
  return call.cast(call.build.op('Floor', [quotient]), 'float32', type);
}

const power: Rule = (call) => {
  const [exponent, ...others] = call.sizesIn(call.input(1)) ?? [];
  const { build } = call;
  const isOne = others.length === 0;
  if (isOne && exponent === 1) return call.x;
  if (isOne && exponent === 2) return call.like(call.x, (x) => build.mul(x, x));
  if (isOne && exponent === 0.5) return call.like(call.x, (x) => build.op('Sqrt', [x]));
  return both('Pow')(call);
};

/** Sums, products, powers and functions of single numbers. */
export const arithmetic: Readonly<Record<string, Rule>> = {
  Add: both('Add'),
  AddV2: both('Add'),
  AddN: summed,
  AccumulateNV2: summed,
  Sub: both('Sub'),
  Mul: both('Mul'),
  RealDiv: both('Div'),
  Div: both('Div'),
  FloorDiv: binary(floorOfQuotient),
  DivNoNan: binary((a, b, call) => {
    const zero = call.constant(0, call.x.type);
    const isZero = call.build.op('Equal', [b, zero]);
    // What is divided by is never 0, so that no gradient is infinite.
    const quotient = call.build.div(a, call.build.where(isZero, call.constant(1, call.x.type), b));
    return call.build.where(isZero, zero, quotient);
  }),
  FloorMod: binary((a, b, call) => {
    if (call.x.type !== 'float32') return call.build.op('Mod', [a, b]);
    return call.build.sub(a, call.build.mul(b, call.build.op('Floor', [call.build.div(a, b)])));
  }),
  Mod: binary((a, b, { build }) => build.op('Mod', [a, b], { fmod: 1 })),
  Pow: power,
  Maximum: both('Max'),
  Minimum: both('Min'),
  SquaredDifference: binary((a, b, { build }) => {
    const difference = build.sub(a, b);
    return build.mul(difference, difference);
  }),
  ClipByValue: (call) => {
    const [low, high] = [call.scalar(1), call.scalar(2)].map((bound) => call.constant(bound, call.x.type));
    return call.like(call.x, (value) => call.build.op('Clip', [value, low as string, high as string]));
  },
  Neg: plain('Neg'),
  Abs: plain('Abs'),
  Sign: plain('Sign'),
  Square: unary((value, { build }) => build.mul(value, value)),
  Sqrt: plain('Sqrt'),
  Rsqrt: unary((value, { build }) => build.op('Reciprocal', [build.op('Sqrt', [value])])),
  Reciprocal: plain('Reciprocal'),
  Inv: plain('Reciprocal'),
  Exp: plain('Exp'),
  Expm1: unary((value, { build }) => build.sub(build.op('Exp', [value]), build.floats(1))),
  Log: plain('Log'),
  Log1p: unary((value, { build }) => build.op('Log', [build.add(value, build.floats(1))])),
  Erfc: unary((value, { build }) => build.sub(build.floats(1), build.op('Erf', [value]))),
  Sin: plain('Sin'),
  Cos: plain('Cos'),
  Tan: plain('Tan'),
  Asin: plain('Asin'),
  Acos: plain('Acos'),
  Atan: plain('Atan'),
  Sinh: plain('Sinh'),
  Cosh: plain('Cosh'),
  Asinh: plain('Asinh'),
  Acosh: plain('Acosh'),
  Atanh: plain('Atanh'),
  Floor: plain('Floor'),
  Ceil: plain('Ceil'),
  Round: plain('Round'),
  Rint: plain('Round'),
};
