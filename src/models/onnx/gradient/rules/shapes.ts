import type { Rule, RuleContext } from '../rule.ts';

/** Undoes an operation that only arranges its elements otherwise. */
function inShapeOfInput({ dy, inputs: [x = ''], shape, build }: RuleContext) {
  return [build.reshape(dy, shape(x))];
}

/** Operators that arrange elements, or take some of them. */
export const shapes: Readonly<Record<string, Rule>> = {
  Reshape: inShapeOfInput,
  Flatten: inShapeOfInput,
  Squeeze: inShapeOfInput,
  Unsqueeze: inShapeOfInput,
};
