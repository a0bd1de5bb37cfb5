import { elementCount, intAttribute, intsAttribute, stringAttribute } from '../../graph/graph.ts';
import type { AttributeValue, GraphBuilder } from '../../graph/graphBuilder.ts';
import { flat, NotDifferentiable, type Rule, type RuleContext } from '../rule.ts';

/** Operators that rearrange or select elements: the gradient puts each back where it was. */
export const shapes: Readonly<Record<string, Rule>> = {
  Reshape: inShapeOfInput,
  Flatten: inShapeOfInput,
  Squeeze: inShapeOfInput,
  Unsqueeze: inShapeOfInput,
  /** Undone by the inverse permutation. Without one the axes are reversed, which undoes itself. */
  Transpose: ({ node, dy, build }) => {
    const order = intsAttribute(node, 'perm');
    return [order ? build.transpose(dy, inverse(order)) : build.op('Transpose', [dy])];
  },
  Concat: ({ node, dy, inputs, outputs: [y = ''], wanted, shape, build }) => {
    const axis = fromEnd(intAttribute(node, 'axis', 0), shape(y).length);
    let end = 0;
    return inputs.map((input, index) => {
      const start = end;
      end += shape(input)[axis] as number;
      return wanted[index] ? build.slice(dy, [start], [end], [axis]) : undefined;
    });
  },
  Split: ({ node, outputs, outputGradients, shape, build }) => {
    const parts = outputs.map((output, index) => outputGradients[index] ?? build.zeros(shape(output)));
    return [build.op('Concat', parts, { axis: intAttribute(node, 'axis', 0) })];
  },
  Slice: (context) => {
    const { dy, inputs, outputs, shape, build } = context;
    const [dims, taken] = [shape(inputs[0] as string), shape(outputs[0] as string)];
    if (elementCount(taken) === 0) return [];
    return [spread(dy, taken, placesOf(context), dims, build)];
  },
  /** Each part is added to where it was taken from. */
  Gather: ({ node, dy, inputs: [x = '', indices = ''], wanted, shape, numbers, build }) => {
    if (!wanted[0]) return [];
    const dims = shape(x);
    const axis = fromEnd(intAttribute(node, 'axis', 0), dims.length);
    const size = dims[axis] as number;
    const where = shape(indices);
    const count = elementCount(where);
    if (count === 0) return [];
    const parts = dims.with(axis, count);
    const rows = where.length === 1 ? dy : build.reshape(dy, parts);
    const known = numbers(indices)?.map((index) => fromEnd(index, size));
    if (known?.every((index, i) => index === (known[0] as number) + i)) {
      const rest = size - count - (known[0] as number);
      return [
        build.pad(rows, [...dims.map(() => 0).with(axis, known[0] as number), ...dims.map(() => 0).with(axis, rest)]),
      ];
    }
    if (known && count === size && new Set(known).size === size) {
      return [build.op('Gather', [rows, build.ints(inverse(known))], { axis })];
    }
    const column = build.reshape(indices, dims.map(() => 1).with(axis, count));
    return [scatterAdd(build.zeros(dims), build.expand(column, parts), rows, axis, build)];
  },
  GatherElements: ({ node, dy, inputs: [x = '', indices = ''], shape, build }) => [
    scatterAdd(build.zeros(shape(x)), indices, dy, intAttribute(node, 'axis', 0), build),
  ],
  GatherND: ({ node, dy, inputs: [x = '', indices = ''], shape, build }) => {
    if (intAttribute(node, 'batch_dims', 0)) throw new NotDifferentiable('batch_dims is set');
    return [build.op('ScatterND', [build.zeros(shape(x)), indices, dy], { reduction: 'add' })];
  },
  ScatterElements: scatter('ScatterElements', 'GatherElements'),
  ScatterND: scatter('ScatterND', 'GatherND'),
  /** The gradient of the padding is cut off (constant), or added where it was copied from. */
  Pad: (context) => {
    const {
      node,
      dy,
      inputs: [x = ''],
      outputs: [y = ''],
      wanted,
      shape,
      build,
    } = context;
    if (wanted[2]) throw new NotDifferentiable('it pads with a value that depends on the image');
    const [before, after] = padsOf(context);
    const mode = stringAttribute(node, 'mode', 'constant');
    const cut = [...before, ...after].map((pad) => -pad);
    if (mode === 'constant') return [build.pad(dy, cut)];
    const sizes = [...shape(y)];
    let gradient = dy;
    for (const [axis, size] of shape(x).entries()) {
      gradient = folded(gradient, sizes, axis, [before[axis] as number, size, after[axis] as number], mode, build);
      sizes[axis] = size;
    }
    return [gradient];
  },
  Expand: ({ dy, inputs: [x = ''], outputs: [y = ''], shape, build }) => [build.sumTo(dy, shape(y), shape(x))],
  Tile: ({ dy, inputs: [x = ''], outputs: [y = ''], shape, build }) => {
    const dims = shape(x);
    const copies = dims.flatMap((size, axis) => [(shape(y)[axis] as number) / size, size]);
    const axes = dims.map((_, axis) => 2 * axis);
    return [build.reduceSum(build.reshape(dy, copies), axes, false)];
  },
  DepthToSpace: ({ node, dy, inputs: [x = ''], shape, build }) => {
    const block = intAttribute(node, 'blocksize', 1);
    if (stringAttribute(node, 'mode', 'DCR') === 'DCR') return [build.op('SpaceToDepth', [dy], { blocksize: block })];
    const [batch = 1, channels = 1, height = 1, width = 1] = shape(x);
    const blocks = build.reshape(dy, [batch, channels / block ** 2, height, block, width, block]);
    return [build.reshape(build.transpose(blocks, [0, 1, 3, 5, 2, 4]), shape(x))];
  },
  SpaceToDepth: ({ node, dy, build }) => [
    build.op('DepthToSpace', [dy], { blocksize: intAttribute(node, 'blocksize', 1) }),
  ],
  Trilu: ({ node, dy, inputs: [, diagonal], build }) => [
    build.op('Trilu', diagonal ? [dy, diagonal] : [dy], { upper: intAttribute(node, 'upper', 1) }),
  ],
  NonZero: flat,
  OneHot: flat,
  EyeLike: flat,
};

/** Undoes an operation that only reshapes. */
function inShapeOfInput({ dy, inputs: [x = ''], shape, build }: RuleContext) {
  return [build.reshape(dy, shape(x))];
}

function fromEnd(index: number, size: number): number {
  return index < 0 ? index + size : index;
}

function inverse(order: readonly number[]): number[] {
  return order.map((_, index) => order.indexOf(index));
}

function scatterAdd(zeros: string, indices: string, updates: string, axis: number, build: GraphBuilder): string {
  return build.op('ScatterElements', [zeros, indices, updates], { axis, reduction: 'add' });
}

/** Where updates replace elements, only the updates get the gradient; where they are added, both get it. */
function scatter(operator: string, gather: string): Rule {
  return ({ node, dy, inputs: [, indices = '', updates = ''], wanted, shape, build }) => {
    const reduction = stringAttribute(node, 'reduction', 'none');
    if (reduction !== 'none' && reduction !== 'add') throw new NotDifferentiable(`its reduction is "${reduction}"`);
    const { axis } = node.attributes;
    const along: Record<string, AttributeValue> = axis ? { axis } : {};
    const withoutReplaced = () => build.op(operator, [dy, indices, build.zeros(shape(updates))], along);
    return [
      wanted[0] ? (reduction === 'add' ? dy : withoutReplaced()) : undefined,
      undefined,
      wanted[2] ? build.op(gather, [dy, indices], along) : undefined,
    ];
  };
}

/** Which elements of an axis a slice takes: the first, and the distance to the next. */
interface Places {
  readonly start: number;
  readonly step: number;
}

function placesOf({ inputs: [x = '', ...bounds], shape, numbers }: RuleContext): Places[] {
  const dims = shape(x);
  const [starts, , axes, steps] = bounds.map((input) => {
    const known = numbers(input);
    if (input && known === undefined) throw new NotDifferentiable('its bounds are computed from the image');
    return known;
  });
  const places = dims.map(() => ({ start: 0, step: 1 }));
  for (const [index, given] of (starts ?? []).entries()) {
    const axis = fromEnd(axes?.[index] ?? index, dims.length);
    const size = dims[axis] as number;
    places[axis] = {
      start: Math.min(Math.max(fromEnd(given, size), 0), size - 1),
      step: steps?.[index] ?? 1,
    };
  }
  return places;
}

/** Puts the elements of a slice back in their places among zeros. */
function spread(
  slice: string,
  taken: readonly number[],
  places: readonly Places[],
  dims: readonly number[],
  build: GraphBuilder,
): string {
  const backward = places.flatMap(({ step }, axis) => (step < 0 ? [axis] : []));
  const upward = backward.length > 0 ? flip(slice, backward, build) : slice;
  const gaps = places.map(({ step }) => Math.abs(step));
  const isApart = (axis: number) => (gaps[axis] as number) > 1 && (taken[axis] as number) > 1;
  const apart = taken.flatMap((_, axis) => (isApart(axis) ? [axis] : []));
  // With a step above 1, each element becomes a separate row, padded with zeros.
  const rows = taken.flatMap((size, axis) => (isApart(axis) ? [size, 1] : [size]));
  const fill = taken.flatMap((_, axis) => (isApart(axis) ? [0, (gaps[axis] as number) - 1] : [0]));
  const reached = taken.map((size, axis) => (isApart(axis) ? size * (gaps[axis] as number) : size));
  const spaced =
    apart.length > 0
      ? build.reshape(build.pad(build.reshape(upward, rows), [...fill.map(() => 0), ...fill]), reached)
      : upward;
  const before = places.map(({ start, step }, axis) =>
    step < 0 ? start + ((taken[axis] as number) - 1) * step : start,
  );
  const after = dims.map((size, axis) => size - (before[axis] as number) - (reached[axis] as number));
  return [...before, ...after].some((pad) => pad !== 0) ? build.pad(spaced, [...before, ...after]) : spaced;
}

function flip(value: string, axes: readonly number[], build: GraphBuilder): string {
  const all = (number: number) => axes.map(() => number);
  return build.slice(value, all(-1), all(Number.MIN_SAFE_INTEGER), axes, all(-1));
}

/** Pads before and after each axis. */
function padsOf({ inputs: [x = '', pads, , axesInput], shape, numbers }: RuleContext): [number[], number[]] {
  const dims = shape(x);
  const given = numbers(pads);
  const axes = axesInput ? numbers(axesInput) : dims.map((_, axis) => axis);
  if (given === undefined || axes === undefined) throw new NotDifferentiable('its pads are computed from the image');
  const [before, after] = [dims.map(() => 0), dims.map(() => 0)];
  for (const [index, axis] of axes.entries()) {
    before[fromEnd(axis, dims.length)] = given[index] as number;
    after[fromEnd(axis, dims.length)] = given[index + axes.length] as number;
  }
  return [before, after];
}

/** Adds what was copied beyond the edges of an axis to what it was copied from. */
function folded(
  value: string,
  dims: readonly number[],
  axis: number,
  [before, size, after]: readonly [number, number, number],
  mode: string,
  build: GraphBuilder,
): string {
  if (before === 0 && after === 0) return value;
  const reach = mode === 'reflect' ? size - 1 : mode === 'wrap' ? size : Number.POSITIVE_INFINITY;
  if (Math.min(before, after) < 0 || Math.max(before, after) > reach) {
    throw new NotDifferentiable(`its pads of mode "${mode}" are negative, or more than the image has`);
  }
  const part = (start: number, end: number) => build.slice(value, [start], [end], [axis]);
  const at = (start: number, length: number, piece: string) => {
    const zeros = dims.map(() => 0);
    return build.pad(piece, [...zeros.with(axis, start), ...zeros.with(axis, size - start - length)]);
  };
  const end = before + size;
  const [low, high] = [() => part(0, before), () => part(end, end + after)];
  const sum = (piece: string) => build.reduceSum(piece, [axis], true);
  const copied: Record<string, readonly [() => string, () => string]> = {
    reflect: [
      () => at(1, before, flip(low(), [axis], build)),
      () => at(size - 1 - after, after, flip(high(), [axis], build)),
    ],
    edge: [() => at(0, 1, sum(low())), () => at(size - 1, 1, sum(high()))],
    wrap: [() => at(size - before, before, low()), () => at(0, after, high())],
  };
  const [fromLow, fromHigh] = copied[mode] ?? [];
  if (!fromLow || !fromHigh) throw new NotDifferentiable(`its mode is "${mode}"`);
  const parts = [...(before > 0 ? [fromLow()] : []), ...(after > 0 ? [fromHigh()] : [])];
  return parts.reduce((total, piece) => build.add(total, piece), part(before, end));
}
