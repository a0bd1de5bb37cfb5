import { intAttribute } from '../../graph/graph.ts';
import type { GraphBuilder } from '../../graph/graphBuilder.ts';
import { flat, NotDifferentiable, type Rule, type RuleContext } from '../rule.ts';

/** Inputs to the rule of a broadcast operation. */
interface Operands {
  readonly a: string;
  readonly b: string;
  readonly y: string;
  readonly dy: string;
  readonly build: GraphBuilder;
}

/** For an operation on two tensors: its parts have the output's shape, and are summed where an input was broadcast. */
function binary(da: (operands: Operands) => string, db: (operands: Operands) => string): Rule {
  return (context) => {
    const {
      dy,
      inputs: [a = '', b = ''],
      outputs: [y = ''],
      build,
    } = context;
    return toInputs(context, (index) => (index === 0 ? da : db)({ a, b, y, dy, build }));
  };
}

/** Computes the needed parts, and sums each over the axes in which its input was broadcast. */
function toInputs(
  { inputs, outputs: [y = ''], wanted, shape, build }: RuleContext,
  part: (index: number) => string | undefined,
) {
  return inputs.map((input, index) => {
    const made = wanted[index] ? part(index) : undefined;
    return made && build.sumTo(made, shape(y), shape(input));
  });
}

/** The gradient goes to the selected input, the first on a tie. (PyTorch splits it between two.) */
const extreme: Rule = (context) => {
  const {
    dy,
    inputs,
    outputs: [y = ''],
    build,
  } = context;
  let taken: string | undefined;
  const masks = inputs.map((input, index) => {
    const isFree = taken && build.op('Not', [taken]);
    // If no other was selected, the last one was.
    if (isFree && index === inputs.length - 1) return isFree;
    const isEqual = build.op('Equal', [input, y]);
    const isTaken = isFree ? build.op('And', [isEqual, isFree]) : isEqual;
    taken = taken ? build.op('Or', [taken, isEqual]) : isEqual;
    return isTaken;
  });
  return toInputs(context, (index) => build.mul(dy, build.mask(masks[index] as string)));
};

/** Operations on elements of several tensors, with broadcasting. */
export const arithmetic: Readonly<Record<string, Rule>> = {
  Add: binary(
    ({ dy }) => dy,
    ({ dy }) => dy,
  ),
  Sub: binary(
    ({ dy }) => dy,
    ({ dy, build }) => build.neg(dy),
  ),
  Mul: binary(
    ({ dy, b, build }) => build.mul(dy, b),
    ({ dy, a, build }) => build.mul(dy, a),
  ),
  Div: binary(
    ({ dy, b, build }) => build.div(dy, b),
    ({ dy, b, y, build }) => build.neg(build.mul(dy, build.div(y, b))),
  ),
  /** ∂aᵇ/∂a = b aᵇ⁻¹ and ∂aᵇ/∂b = aᵇ ln a; 0 where b or a is 0, as in PyTorch, not 0 · ∞. */
  Pow: (context) => {
    const {
      dy,
      inputs: [a = '', b = ''],
      outputs: [y = ''],
      numbers,
      build,
    } = context;
    const powers = numbers(b);
    const isConstant = powers !== undefined && new Set(powers).size === 1;
    const zero = build.floats(0);
    // The exponent may have a different type than the base.
    const exponent = () => build.op('CastLike', [b, a]);
    const power = (b: string) => {
      const slope = build.mul(b, build.op('Pow', [a, build.sub(b, build.floats(1))]));
      return build.where(build.op('Equal', [b, zero]), zero, slope);
    };
    const logarithm = () => build.where(build.op('Equal', [a, zero]), zero, build.op('Log', [a]));
    return toInputs(context, (index) => {
      if (index === 1) return build.mul(dy, build.mul(y, logarithm()));
      return build.mul(dy, isConstant ? scalarPower(a, powers[0] as number, build) : power(exponent()));
    });
  },
  Min: extreme,
  Max: extreme,
  Sum: (context) => toInputs(context, () => context.dy),
  Mean: (context) => {
    const part = context.build.scale(context.dy, 1 / context.inputs.length);
    return toInputs(context, () => part);
  },
  Where: (context) => {
    const {
      dy,
      inputs: [condition = ''],
      build,
    } = context;
    const zero = build.floats(0);
    const parts = [() => undefined, () => build.where(condition, dy, zero), () => build.where(condition, zero, dy)];
    return toInputs(context, (index) => parts[index]?.());
  },
  /** a − b · trunc(a / b), where the quotient only jumps. */
  Mod: (context) => {
    if (!intAttribute(context.node, 'fmod', 0)) throw new NotDifferentiable('it computes with integers');
    return binary(
      ({ dy }) => dy,
      ({ dy, a, b, y, build }) => build.mul(dy, build.div(build.sub(y, a), b)),
    )(context);
  },

  Greater: flat,
  GreaterOrEqual: flat,
  Less: flat,
  LessOrEqual: flat,
  Equal: flat,
  And: flat,
  Or: flat,
  Xor: flat,
  Not: flat,
  IsNaN: flat,
  IsInf: flat,
};

/** n aⁿ⁻¹, without a power if none is needed. */
function scalarPower(a: string, n: number, build: GraphBuilder): string {
  switch (n) {
    case 0:
      return build.floats(0);
    case 1:
      return build.floats(1);
    case 2:
      return build.scale(a, 2);
    case 3:
      return build.scale(build.mul(a, a), 3);
    default:
      return build.scale(build.op('Pow', [a, build.floats(n - 1)]), n);
  }
}
