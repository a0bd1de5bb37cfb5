import type { Rule, RuleContext } from '../rule.ts';

/** Sums the gradient of a broadcast operation over the axes in which an input was broadcast. */
function toInputs({ inputs, outputs: [y = ''], wanted, shape, build }: RuleContext, parts: readonly (() => string)[]) {
  return parts.map((part, index) =>
    wanted[index] ? build.sumTo(part(), shape(y), shape(inputs[index] as string)) : undefined,
  );
}

/** Operations on elements of two tensors, with broadcasting. */
export const arithmetic: Readonly<Record<string, Rule>> = {
  Add: (context) => toInputs(context, [() => context.dy, () => context.dy]),
  Sub: (context) => toInputs(context, [() => context.dy, () => context.build.neg(context.dy)]),
  Mul: (context) => {
    const {
      dy,
      inputs: [a = '', b = ''],
      build,
    } = context;
    return toInputs(context, [() => build.mul(dy, b), () => build.mul(dy, a)]);
  },
  Div: (context) => {
    const {
      dy,
      inputs: [, b = ''],
      outputs: [y = ''],
      build,
    } = context;
    return toInputs(context, [() => build.div(dy, b), () => build.neg(build.mul(dy, build.div(y, b)))]);
  },
};
