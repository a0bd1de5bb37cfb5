import { intAttribute, intConstant } from '../../graph/graph.ts';
import type { GraphBuilder } from '../../graph/graphBuilder.ts';
import { NotDifferentiable, type Rule, type RuleContext } from '../rule.ts';

/** From this version on the standard takes the axis as an input. */
const firstWithAxisInput = 20;

/** Fourier transforms. */
export const fourier: Readonly<Record<string, Rule>> = {
  /**
   * y = F x over the complex numbers, so dx = Fᴴ dy. Fᴴ is the inverse transform times the length n; for the inverse
   * transform, it is the transform divided by n.
   */
  DFT: (context) => {
    const { node, dy, inputs, outputs, wanted, shape, numbers, build } = context;
    const [x = '', lengthInput] = inputs;
    if (!wanted[0]) return [];
    const inverse = intAttribute(node, 'inverse', 0);
    const onesided = intAttribute(node, 'onesided', 0);
    if (inverse && onesided) throw new NotDifferentiable('it inverts a one-sided spectrum');
    if (lengthInput && numbers(lengthInput) === undefined)
      throw new NotDifferentiable('its length is not known in advance');
    const [before, after] = [shape(x), shape(outputs[0] as string)];
    const axis = axisOf(context);
    const taken = before[axis] as number;
    const length = numbers(lengthInput)?.[0] ?? taken;
    // Omitted frequencies have no gradient.
    const whole = fitted(dy, axis, after[axis] as number, length, after.length, build);
    const back = transform(whole, axis, 1 - inverse, build);
    const scaled = build.scale(back, inverse ? 1 / length : length);
    const complex = fitted(scaled, axis, length, taken, before.length, build);
    const last = before.length - 1;
    // For real numbers, the imaginary parts are always zero.
    return [before[last] === 1 ? build.slice(complex, [0], [1], [last]) : complex];
  },
};

function axisOf({ node, inputs: [x = '', , input], shape, numbers, build }: RuleContext): number {
  const rank = shape(x).length;
  const given = input ? numbers(input)?.[0] : undefined;
  if (input && given === undefined) throw new NotDifferentiable('its axis is not known in advance');
  const axis = given ?? (build.opset >= firstWithAxisInput ? -2 : intAttribute(node, 'axis', 1));
  return axis < 0 ? axis + rank : axis;
}

function transform(value: string, axis: number, inverse: number, build: GraphBuilder): string {
  return build.opset >= firstWithAxisInput
    ? build.op('DFT', [value, '', build.constant(intConstant([axis], []))], { inverse })
    : build.op('DFT', [value], { axis, inverse });
}

/** Pads the end of an axis with zeros, or crops it. */
function fitted(value: string, axis: number, from: number, to: number, rank: number, build: GraphBuilder): string {
  if (from === to) return value;
  const none = Array.from({ length: rank }, () => 0);
  return build.pad(value, [...none, ...none.with(axis, to - from)]);
}
