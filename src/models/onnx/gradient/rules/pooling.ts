import { type Attribute, elementCount, intAttribute, type Node } from '../../graph/graph.ts';
import type { Rule, RuleContext } from '../rule.ts';
import { mapBack } from './separable.ts';

/** Pooling over windows, which may overlap, or over everything. */
export const pooling: Readonly<Record<string, Rule>> = {
  /** The gradient goes to the position of each window's maximum, the first on a tie. */
  MaxPool: ({ node, dy, inputs: [x = ''], shape, build, also }) => {
    const { storage_order: order, ...attributes } = node.attributes;
    // Positions in column-major order are useless: the operator is run once more.
    const positions = order ? (build.ops('MaxPool', [x], attributes, 2)[1] as string) : also(1);
    const flat = (value: string) => build.reshape(value, [-1]);
    const none = build.zeros([elementCount(shape(x))]);
    const scattered = build.op('ScatterElements', [none, flat(positions), flat(dy)], { axis: 0, reduction: 'add' });
    return [build.reshape(scattered, shape(x))];
  },
  AveragePool: (context) => [windowsBack(context, context.dy, {})],
  /** y = (Σ |x|ᵖ)^(1/p), so dx = sign(x) |x|ᵖ⁻¹ · Σ dy y¹⁻ᵖ over the windows that x is in. */
  LpPool: (context) => {
    // With p = 1 the operator sums nonnegative values.
    const spread = (value: string) => windowsBack(context, value, { p: 1 });
    return [normBack(context, spread)];
  },
  GlobalMaxPool: ({ dy, inputs: [x = ''], shape, build }) => {
    const [images = 0, channels = 0, ...spatial] = shape(x);
    const rows = [images, channels, elementCount(spatial)];
    const first = build.op('ArgMax', [build.reshape(x, rows)], { axis: 2 });
    const updates = build.reshape(dy, [images, channels, 1]);
    return [build.reshape(build.op('ScatterElements', [build.zeros(rows), first, updates], { axis: 2 }), shape(x))];
  },
  GlobalAveragePool: ({ dy, inputs: [x = ''], shape, build }) => {
    const size = elementCount(shape(x).slice(2));
    return [build.expand(build.div(dy, build.floats(size)), shape(x))];
  },
  GlobalLpPool: (context) => [normBack(context, (value) => value)],
};

/** Gradient of sums or means over windows. @param others attributes that replace the node's. */
function windowsBack(
  { node, inputs: [x = ''], outputs: [y = ''], shape, build }: RuleContext,
  dy: string,
  others: Readonly<Record<string, number>>,
): string {
  const [large, small] = [shape(x), shape(y)];
  const rank = large.length - 2;
  const maps = Array.from({ length: rank }, (_, i) => {
    const axis = i + 2;
    const attributes = { ...attributesOfAxis(node, i, rank), ...others };
    const map = (identity: string) => {
      const pooled = build.op(node.operator, [build.unsqueeze(identity, [0])], attributes);
      // Before version 22, the size inferred for ceil_mode may be larger than the computed one, so it is stated.
      return build.reshape(pooled, [large[axis] as number, small[axis] as number]);
    };
    return [axis, map] as const;
  });
  return mapBack(dy, large, small, new Map(maps), build);
}

/** The attributes of a pooling over several axes, restricted to one of them. */
function attributesOfAxis({ attributes }: Node, axis: number, rank: number): Record<string, Attribute> {
  const ofAxis = (attribute: Attribute): Attribute => {
    if (attribute.kind !== 'ints') return attribute;
    return { kind: 'ints', value: attribute.value.filter((_, index) => index % rank === axis) };
  };
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, ofAxis(value)]));
}

/** Gradient of a p-norm. @param spread maps outputs to the inputs that each of them was computed from. */
function normBack(
  { node, dy, inputs: [x = ''], outputs: [y = ''], build }: RuleContext,
  spread: (value: string) => string,
): string {
  const p = intAttribute(node, 'p', 2);
  const sign = () => build.op('Sign', [x]);
  if (p === 1) return build.mul(spread(dy), sign());
  const power = (value: string, exponent: number) =>
    exponent === 1 ? value : build.op('Pow', [value, build.floats(exponent)]);
  // Where a norm is 0, it has no derivative, and 0 is used.
  const isZero = build.op('Equal', [y, build.floats(0)]);
  const share = build.where(isZero, build.floats(0), build.div(dy, power(y, p - 1)));
  const slope = p === 2 ? x : build.mul(sign(), power(build.op('Abs', [x]), p - 1));
  return build.mul(spread(share), slope);
}
