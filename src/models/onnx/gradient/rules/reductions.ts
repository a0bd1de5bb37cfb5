import { intAttribute, intsAttribute } from '../../graph/graph.ts';
import type { GraphBuilder } from '../../graph/graphBuilder.ts';
import { flat, NotDifferentiable, type Rule, type RuleContext } from '../rule.ts';

/** Inputs to the gradient of a reduction; y and dy have the reduced axes with size 1, so that they broadcast. */
interface Reduced {
  readonly x: string;
  readonly y: string;
  readonly dy: string;
  readonly dims: readonly number[];
  readonly axes: readonly number[];
  readonly build: GraphBuilder;
}

/** The reduced axes: from an input (newer versions of the standard) or an attribute; all if none are stated. */
function axesOf({ node, inputs: [x = '', input], numbers, shape }: RuleContext): readonly number[] {
  const rank = shape(x).length;
  const stated = input ? numbers(input) : (intsAttribute(node, 'axes') ?? []);
  if (stated === undefined) throw new NotDifferentiable('its axes are computed from the image');
  if (stated.length > 0) return stated.map((axis) => (axis < 0 ? axis + rank : axis));
  return intAttribute(node, 'noop_with_empty_axes', 0) ? [] : shape(x).map((_, axis) => axis);
}

function reduction(gradient: (reduced: Reduced) => string): Rule {
  return (context) => {
    const {
      node,
      dy,
      inputs: [x = ''],
      outputs: [y = ''],
      shape,
      build,
    } = context;
    const dims = shape(x);
    const axes = axesOf(context);
    const kept = dims.map((size, axis) => (axes.includes(axis) ? 1 : size));
    const placed = (value: string) => (intAttribute(node, 'keepdims', 1) ? value : build.reshape(value, kept));
    return [
      gradient({
        x,
        dy: placed(dy),
        dims,
        axes,
        build,
        // Not all gradients need it.
        get y() {
          return placed(y);
        },
      }),
    ];
  };
}

/** The gradient is split among all elements that attain the extreme, as in PyTorch's amax and amin. */
const extreme = reduction(({ x, y, dy, axes, build }) => {
  const mask = build.mask(build.op('Equal', [x, y]));
  return build.mul(mask, build.div(dy, build.reduceSum(mask, axes, true)));
});

/** Sums, means, norms and extremes over axes. */
export const reductions: Readonly<Record<string, Rule>> = {
  ReduceSum: reduction(({ dy, dims, build }) => build.expand(dy, dims)),
  ReduceMean: reduction(({ dy, dims, axes, build }) => {
    const count = axes.reduce((product, axis) => product * (dims[axis] as number), 1);
    return build.expand(build.scale(dy, 1 / count), dims);
  }),
  ReduceMax: extreme,
  ReduceMin: extreme,
  /** The product of the others: of the nonzero ones, unless there are other zeros. */
  ReduceProd: reduction(({ x, dy, axes, build }) => {
    const isZero = build.mask(build.op('Equal', [x, build.floats(0)]));
    const withoutZeros = build.add(x, isZero);
    const product = build.div(reduceProd(withoutZeros, axes, build), withoutZeros);
    const leavesOutAll = build.mask(build.op('Equal', [isZero, build.reduceSum(isZero, axes, true)]));
    return build.mul(build.mul(product, leavesOutAll), dy);
  }),
  ReduceL1: reduction(({ x, dy, build }) => build.mul(build.op('Sign', [x]), dy)),
  /** x / ‖x‖; 0 for the zero vector, as in PyTorch. */
  ReduceL2: reduction(({ x, y, dy, build }) => {
    const isZero = build.mask(build.op('Equal', [y, build.floats(0)]));
    return build.mul(x, build.div(dy, build.add(y, isZero)));
  }),
  ReduceSumSquare: reduction(({ x, dy, build }) => build.mul(x, build.scale(dy, 2))),
  ReduceLogSum: reduction(({ y, dy, dims, build }) => build.expand(build.div(dy, build.op('Exp', [y])), dims)),
  ReduceLogSumExp: reduction(({ x, y, dy, build }) => build.mul(build.op('Exp', [build.sub(x, y)]), dy)),
  /** Each element is in its own sum and all later ones: the gradients are summed from the other end. */
  CumSum: ({ node, dy, inputs: [, axis = ''], build }) => {
    const reverse = 1 - intAttribute(node, 'reverse', 0);
    return [build.op('CumSum', [dy, axis], { exclusive: intAttribute(node, 'exclusive', 0), reverse })];
  },
  /** The gradient of each value goes to where it was found. */
  TopK: ({ node, outputGradients: [dy], inputs: [x = ''], shape, build, also }) => {
    if (dy === undefined) return [];
    const axis = intAttribute(node, 'axis', -1);
    return [build.op('ScatterElements', [build.zeros(shape(x)), also(1), dy], { axis })];
  },
  ArgMax: flat,
  ArgMin: flat,
};

function reduceProd(value: string, axes: readonly number[], build: GraphBuilder): string {
  if (axes.length === 0) return value;
  return build.opset >= 18
    ? build.op('ReduceProd', [value, build.ints(axes)], { keepdims: 1 })
    : build.op('ReduceProd', [value], { axes, keepdims: 1 });
}
