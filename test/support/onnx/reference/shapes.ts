import {
  elementCount,
  intAttribute,
  intsAttribute,
  type Node,
  stringAttribute,
} from '../../../../src/models/onnx/graph/graph.ts';
import type { Operator } from './operator.ts';
import {
  at,
  atBroadcast,
  broadcastDims,
  fill,
  fromEnd,
  given,
  indices,
  list,
  offset,
  type Tensor,
  tensor,
} from './tensor.ts';

/** The same numbers in the shape that is found. */
function reshaped(dimsOf: (x: Tensor, node: Node, second: Tensor | undefined) => readonly number[]): Operator {
  return ([x, second], node) => [tensor(dimsOf(given(x), node, second), given(x).data)];
}

function axesOf(node: Node, input: Tensor | undefined): number[] | undefined {
  return list(input) ?? intsAttribute(node, 'axes')?.slice();
}

function replaced(index: readonly number[], axis: number, value: number): number[] {
  return index.map((old, position) => (position === axis ? value : old));
}

/** Position inside of an axis for one outside of it. */
const beyondEdge: Record<string, (index: number, size: number) => number | undefined> = {
  constant: () => undefined,
  edge: (index, size) => Math.min(Math.max(index, 0), size - 1),
  wrap: (index, size) => ((index % size) + size) % size,
  reflect: (index, size) => {
    let inside = index;
    while (inside < 0 || inside >= size) inside = inside < 0 ? -inside : 2 * (size - 1) - inside;
    return inside;
  },
};

const combined: Record<string, (old: number, update: number) => number> = {
  none: (_, update) => update,
  add: (old, update) => old + update,
  mul: (old, update) => old * update,
  max: Math.max,
  min: Math.min,
};

export const shapes: Readonly<Record<string, Operator>> = {
  Reshape: reshaped((x, node, shape) => {
    const wanted = given(shape).data;
    const keepsZeros = intAttribute(node, 'allowzero', 0) === 1;
    const dims = Array.from(wanted, (size, axis) => (size === 0 && !keepsZeros ? (x.dims[axis] as number) : size));
    const rest = elementCount(dims.filter((size) => size !== -1));
    return dims.map((size) => (size === -1 ? elementCount(x.dims) / rest : size));
  }),
  Flatten: reshaped(({ dims }, node) => {
    const axis = fromEnd(intAttribute(node, 'axis', 1), dims.length);
    return [elementCount(dims.slice(0, axis)), elementCount(dims.slice(axis))];
  }),
  Squeeze: reshaped(({ dims }, node, input) => {
    const axes = axesOf(node, input)?.map((axis) => fromEnd(axis, dims.length));
    return dims.filter((size, axis) => (axes ? !axes.includes(axis) : size !== 1));
  }),
  Unsqueeze: reshaped(({ dims }, node, input) => {
    const given = axesOf(node, input) ?? [];
    const rank = dims.length + given.length;
    const axes = given.map((axis) => fromEnd(axis, rank));
    const rest = [...dims];
    return Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : (rest.shift() as number)));
  }),
  Identity: ([x]) => [given(x)],
  Shape: ([x], node) => {
    const { dims } = given(x);
    const found = dims.slice(intAttribute(node, 'start', 0), intAttribute(node, 'end', dims.length));
    return [tensor([found.length], found)];
  },
  Size: ([x]) => [tensor([], [elementCount(given(x).dims)])],
  ConstantOfShape: ([shape], node) => {
    const { value } = node.attributes;
    if (value !== undefined) throw new Error('ConstantOfShape: only zeros are made here');
    return [fill(list(shape) ?? [], () => 0)];
  },
  Transpose: ([input], node) => {
    const x = given(input);
    const perm = intsAttribute(node, 'perm') ?? x.dims.map((_, axis) => x.dims.length - 1 - axis);
    const dims = perm.map((axis) => x.dims[axis] as number);
    return [
      fill(dims, (index) =>
        at(
          x,
          x.dims.map((_, axis) => index[perm.indexOf(axis)] as number),
        ),
      ),
    ];
  },
  Concat: (inputs, node) => {
    const parts = inputs.map(given);
    const first = (parts[0] as Tensor).dims;
    const axis = fromEnd(intAttribute(node, 'axis', 0), first.length);
    const owners = parts.flatMap((part) => Array.from({ length: part.dims[axis] as number }, (_, i) => ({ part, i })));
    return [
      fill(replaced(first, axis, owners.length), (index) => {
        const { part, i } = owners[index[axis] as number] as (typeof owners)[number];
        return at(part, replaced(index, axis, i));
      }),
    ];
  },
  Split: ([input, sizes], node) => {
    const x = given(input);
    const axis = fromEnd(intAttribute(node, 'axis', 0), x.dims.length);
    const size = x.dims[axis] as number;
    const part = Math.ceil(size / node.outputs.length);
    const lengths = list(sizes) ?? node.outputs.map((_, index) => Math.min(part, size - index * part));
    let start = 0;
    return lengths.map((length) => {
      const from = start;
      start += length;
      return fill(replaced(x.dims, axis, length), (index) =>
        at(x, replaced(index, axis, (index[axis] as number) + from)),
      );
    });
  },
  Slice: ([input, starts, ends, axesInput, stepsInput]) => {
    const x = given(input);
    const axes = list(axesInput) ?? given(starts).dims.flatMap((count) => Array.from({ length: count }, (_, i) => i));
    const steps = list(stepsInput) ?? axes.map(() => 1);
    const taken = x.dims.map((size) => Array.from({ length: size }, (_, i) => i));
    for (const [i, given] of axes.entries()) {
      const axis = fromEnd(given, x.dims.length);
      const size = x.dims[axis] as number;
      const step = steps[i] as number;
      const bound = (value: number, low: number, high: number) => Math.min(Math.max(fromEnd(value, size), low), high);
      const start = bound(starts?.data[i] as number, 0, step > 0 ? size : size - 1);
      const end = bound(ends?.data[i] as number, step > 0 ? 0 : -1, step > 0 ? size : size - 1);
      const positions: number[] = [];
      for (let at = start; step > 0 ? at < end : at > end; at += step) positions.push(at);
      taken[axis] = positions;
    }
    const dims = taken.map(({ length }) => length);
    return [
      fill(dims, (index) =>
        at(
          x,
          index.map((i, axis) => taken[axis]?.[i] as number),
        ),
      ),
    ];
  },
  Gather: ([data, positions], node) => {
    const x = given(data);
    const where = given(positions);
    const axis = fromEnd(intAttribute(node, 'axis', 0), x.dims.length);
    const size = x.dims[axis] as number;
    const before = x.dims.slice(0, axis);
    return [
      fill([...before, ...where.dims, ...x.dims.slice(axis + 1)], (index) => {
        const middle = index.slice(axis, axis + where.dims.length);
        const rest = index.slice(axis + where.dims.length);
        return at(x, [...index.slice(0, axis), fromEnd(at(where, middle), size), ...rest]);
      }),
    ];
  },
  GatherElements: ([data, positions], node) => {
    const x = given(data);
    const where = given(positions);
    const axis = fromEnd(intAttribute(node, 'axis', 0), x.dims.length);
    return [
      fill(where.dims, (index) => at(x, replaced(index, axis, fromEnd(at(where, index), x.dims[axis] as number)))),
    ];
  },
  GatherND: ([data, positions], node) => {
    const x = given(data);
    const where = given(positions);
    const batch = intAttribute(node, 'batch_dims', 0);
    const depth = where.dims.at(-1) as number;
    const outer = where.dims.slice(0, -1);
    return [
      fill([...outer, ...x.dims.slice(batch + depth)], (index) => {
        const row = index.slice(0, outer.length);
        const found = Array.from({ length: depth }, (_, i) =>
          fromEnd(at(where, [...row, i]), x.dims[batch + i] as number),
        );
        return at(x, [...index.slice(0, batch), ...found, ...index.slice(outer.length)]);
      }),
    ];
  },
  ScatterElements: ([data, positions, updates], node) => {
    const x = given(data);
    const where = given(positions);
    const axis = fromEnd(intAttribute(node, 'axis', 0), x.dims.length);
    const combine = combined[stringAttribute(node, 'reduction', 'none')] as (a: number, b: number) => number;
    const result = Float64Array.from(x.data);
    for (const index of indices(where.dims)) {
      const target = offset(x.dims, replaced(index, axis, fromEnd(at(where, index), x.dims[axis] as number)));
      result[target] = combine(result[target] as number, at(given(updates), index));
    }
    return [tensor(x.dims, result)];
  },
  ScatterND: ([data, positions, updates], node) => {
    const x = given(data);
    const where = given(positions);
    const combine = combined[stringAttribute(node, 'reduction', 'none')] as (a: number, b: number) => number;
    const depth = where.dims.at(-1) as number;
    const outer = where.dims.slice(0, -1);
    const result = Float64Array.from(x.data);
    for (const index of indices(given(updates).dims)) {
      const row = index.slice(0, outer.length);
      const found = Array.from({ length: depth }, (_, i) => fromEnd(at(where, [...row, i]), x.dims[i] as number));
      const target = offset(x.dims, [...found, ...index.slice(outer.length)]);
      result[target] = combine(result[target] as number, at(given(updates), index));
    }
    return [tensor(x.dims, result)];
  },
  Pad: ([input, padsInput, value, axesInput], node) => {
    const x = given(input);
    const pads = given(padsInput).data;
    const axes = list(axesInput)?.map((axis) => fromEnd(axis, x.dims.length)) ?? x.dims.map((_, axis) => axis);
    const padsOf = (axis: number, side: 0 | 1) =>
      axes.includes(axis) ? (pads[axes.indexOf(axis) + side * axes.length] as number) : 0;
    const dims = x.dims.map((size, axis) => size + padsOf(axis, 0) + padsOf(axis, 1));
    const beyond = beyondEdge[stringAttribute(node, 'mode', 'constant')] as (i: number, size: number) => number;
    return [
      fill(dims, (index) => {
        const source = index.map((i, axis) => {
          const position = i - padsOf(axis, 0);
          const size = x.dims[axis] as number;
          return position >= 0 && position < size ? position : beyond(position, size);
        });
        return source.includes(undefined as never) ? (value?.data[0] ?? 0) : at(x, source);
      }),
    ];
  },
  Expand: ([input, shape]) => {
    const x = given(input);
    return [fill(broadcastDims(x.dims, list(shape) ?? []), (index) => atBroadcast(x, index))];
  },
  Tile: ([input, repeats]) => {
    const x = given(input);
    const dims = x.dims.map((size, axis) => size * (repeats?.data[axis] as number));
    return [
      fill(dims, (index) =>
        at(
          x,
          index.map((i, axis) => i % (x.dims[axis] as number)),
        ),
      ),
    ];
  },
  DepthToSpace: ([input], node) => {
    const x = given(input);
    const block = intAttribute(node, 'blocksize', 0);
    const [n = 0, channels = 0, height = 0, width = 0] = x.dims;
    const inner = channels / block ** 2;
    const columnRowDepth = stringAttribute(node, 'mode', 'DCR') === 'CRD';
    return [
      fill([n, inner, height * block, width * block], (index) => {
        const [image = 0, channel = 0, row = 0, column = 0] = index;
        const cell = (row % block) * block + (column % block);
        const source = columnRowDepth ? channel * block ** 2 + cell : cell * inner + channel;
        return at(x, [image, source, Math.floor(row / block), Math.floor(column / block)]);
      }),
    ];
  },
  SpaceToDepth: ([input], node) => {
    const x = given(input);
    const block = intAttribute(node, 'blocksize', 0);
    const [n = 0, channels = 0, height = 0, width = 0] = x.dims;
    return [
      fill([n, channels * block ** 2, height / block, width / block], (index) => {
        const [image = 0, depth = 0, row = 0, column = 0] = index;
        const cell = Math.floor(depth / channels);
        const y = row * block + Math.floor(cell / block);
        return at(x, [image, depth % channels, y, column * block + (cell % block)]);
      }),
    ];
  },
  Trilu: ([input, diagonal], node) => {
    const x = given(input);
    const k = diagonal?.data[0] ?? 0;
    const upper = intAttribute(node, 'upper', 1) === 1;
    return [
      fill(x.dims, (index) => {
        const [row, column] = index.slice(-2) as [number, number];
        const kept = upper ? column >= row + k : column <= row + k;
        return kept ? at(x, index) : 0;
      }),
    ];
  },
  OneHot: ([positions, depth, values], node) => {
    const where = given(positions);
    const size = depth?.data[0] as number;
    const rank = where.dims.length + 1;
    const axis = fromEnd(intAttribute(node, 'axis', -1), rank);
    const dims = [...where.dims.slice(0, axis), size, ...where.dims.slice(axis)];
    return [
      fill(dims, (index) => {
        const hot =
          fromEnd(
            at(
              where,
              index.filter((_, position) => position !== axis),
            ),
            size,
          ) === index[axis];
        return values?.data[hot ? 1 : 0] as number;
      }),
    ];
  },
  NonZero: ([input]) => {
    const x = given(input);
    const found = indices(x.dims).filter((index) => at(x, index) !== 0);
    return [fill([x.dims.length, found.length], ([axis = 0, i = 0]) => found[i]?.[axis] as number)];
  },
  Range: ([start, limit, delta]) => {
    const [from, to, by] = [start, limit, delta].map((x) => given(x).data[0]) as [number, number, number];
    const count = Math.max(0, Math.ceil((to - from) / by));
    return [
      tensor(
        [count],
        Array.from({ length: count }, (_, i) => from + i * by),
      ),
    ];
  },
};
