import type { Call, Rule } from '../call.ts';

const plain =
  (operator: string): Rule =>
  (call) =>
    call.build.op(operator, [call.cast(call.input, call.result.type)]);

const binary =
  (operator: string): Rule =>
  (call) =>
    call.build.op(operator, [call.operand('self'), call.operand('other')]);

/** The second operand of a sum, times its factor. */
function scaled(call: Call, name: string): string {
  const alpha = call.number('alpha', 1);
  return alpha === 1 ? call.operand(name) : call.build.mul(call.operand(name), call.scalar(alpha));
}

function quotient(call: Call, rounding: string): string {
  const { build } = call;
  const { type } = call.result;
  if (rounding === '') return build.div(call.operand('self'), call.operand('other'));
  const exact = build.div(call.operand('self', 'float32'), call.operand('other', 'float32'));
  const towardZero = () => build.mul(build.op('Sign', [exact]), build.op('Floor', [build.op('Abs', [exact])]));
  return call.cast({ value: rounding === 'floor' ? build.op('Floor', [exact]) : towardZero(), type: 'float32' }, type);
}

const power: Rule = (call) => {
  const { build } = call;
  if (!call.isNumber('exponent')) return build.op('Pow', [call.operand('self'), call.operand('exponent')]);
  const x = call.operand('self');
  switch (call.number('exponent')) {
    case 1:
      return build.op('Identity', [x]);
    case 2:
      return build.mul(x, x);
    case 3:
      return build.mul(build.mul(x, x), x);
    case 0.5:
      return build.op('Sqrt', [x]);
    case -0.5:
      return build.op('Reciprocal', [build.op('Sqrt', [x])]);
    case -1:
      return build.op('Reciprocal', [x]);
    default:
      return build.op('Pow', [x, call.operand('exponent')]);
  }
};

const truncated: Rule = (call) => {
  const x = call.operand('self');
  return call.build.mul(call.build.op('Sign', [x]), call.build.op('Floor', [call.build.op('Abs', [x])]));
};

/** The largest number of float32, which stands for infinity if nothing else is stated. */
const largest = 3.4028234663852886e38;

/** Other numbers in place of NaN and of both infinities. */
function finite(call: Call): string {
  const { build } = call;
  if (call.result.type !== 'float32') return build.op('Identity', [call.x]);
  const stated = (name: string, missing: number) => (call.has(name) ? call.number(name) : missing);
  const known = build.where(build.op('IsNaN', [call.x]), call.scalar(stated('nan', 0)), call.x);
  const infinities = [stated('posinf', largest), stated('neginf', -largest)].map((number) => call.scalar(number));
  const [high = '', low = ''] = infinities;
  const isHigh = build.op('IsInf', [call.x], { detect_negative: 0 });
  const isLow = build.op('IsInf', [call.x], { detect_positive: 0 });
  return build.where(isHigh, high, build.where(isLow, low, known));
}

/** Sums, products, powers and functions of single numbers. */
export const arithmetic: Readonly<Record<string, Rule>> = {
  add: (call) => call.build.add(call.operand('self'), scaled(call, 'other')),
  sub: (call) => call.build.sub(call.operand('self'), scaled(call, 'other')),
  subtract: (call) => call.build.sub(call.operand('self'), scaled(call, 'other')),
  rsub: (call) => call.build.sub(call.operand('other'), scaled(call, 'self')),
  mul: binary('Mul'),
  multiply: binary('Mul'),
  div: (call) => quotient(call, call.text('rounding_mode')),
  divide: (call) => quotient(call, call.text('rounding_mode')),
  true_divide: binary('Div'),
  floor_divide: (call) => quotient(call, 'floor'),
  remainder: (call) => {
    const [a, b] = [call.operand('self'), call.operand('other')];
    if (call.result.type !== 'float32') return call.build.op('Mod', [a, b]);
    return call.build.sub(a, call.build.mul(b, call.build.op('Floor', [call.build.div(a, b)])));
  },
  fmod: (call) => call.build.op('Mod', [call.operand('self'), call.operand('other')], { fmod: 1 }),
  maximum: (call) => call.build.op('Max', [call.operand('self'), call.operand('other')]),
  minimum: (call) => call.build.op('Min', [call.operand('self'), call.operand('other')]),
  addcmul: (call) => {
    const product = call.build.mul(call.operand('tensor1'), call.operand('tensor2'));
    return call.build.add(call.operand('self'), call.build.mul(product, call.scalar(call.number('value', 1))));
  },
  addcdiv: (call) => {
    const quotient = call.build.div(call.operand('tensor1'), call.operand('tensor2'));
    return call.build.add(call.operand('self'), call.build.mul(quotient, call.scalar(call.number('value', 1))));
  },
  lerp: (call) => {
    const difference = call.build.sub(call.operand('end'), call.operand('self'));
    return call.build.add(call.operand('self'), call.build.mul(difference, call.operand('weight')));
  },
  pow: power,
  square: ({ x, build }) => build.mul(x, x),
  neg: plain('Neg'),
  abs: plain('Abs'),
  sign: plain('Sign'),
  exp: plain('Exp'),
  expm1: (call) => call.build.sub(call.build.op('Exp', [call.operand('self')]), call.scalar(1)),
  log: plain('Log'),
  log1p: (call) => call.build.op('Log', [call.build.add(call.operand('self'), call.scalar(1))]),
  log2: (call) => call.build.scale(call.build.op('Log', [call.operand('self')]), Math.LOG2E),
  log10: (call) => call.build.scale(call.build.op('Log', [call.operand('self')]), Math.LOG10E),
  sqrt: plain('Sqrt'),
  rsqrt: (call) => call.build.op('Reciprocal', [call.build.op('Sqrt', [call.operand('self')])]),
  reciprocal: plain('Reciprocal'),
  sin: plain('Sin'),
  cos: plain('Cos'),
  tan: plain('Tan'),
  asin: plain('Asin'),
  acos: plain('Acos'),
  atan: plain('Atan'),
  sinh: plain('Sinh'),
  cosh: plain('Cosh'),
  erf: plain('Erf'),
  floor: plain('Floor'),
  ceil: plain('Ceil'),
  round: plain('Round'),
  trunc: truncated,
  fix: truncated,
  frac: (call) => call.build.sub(call.operand('self'), truncated(call) as string),
  sgn: plain('Sign'),
  asinh: plain('Asinh'),
  acosh: plain('Acosh'),
  atanh: plain('Atanh'),
  exp2: (call) => call.build.op('Exp', [call.build.scale(call.operand('self'), Math.LN2)]),
  erfc: (call) => call.build.sub(call.scalar(1), call.build.op('Erf', [call.operand('self')])),
  nan_to_num: finite,
};
