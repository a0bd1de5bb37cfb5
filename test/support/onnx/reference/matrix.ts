import { floatAttribute, intAttribute, type Node, stringAttribute } from '../../../../src/models/onnx/graph/graph.ts';
import type { Operator } from './operator.ts';
import { at, atBroadcast, broadcastDims, fill, given, indices, type Tensor, tensor } from './tensor.ts';

/** The two last axes exchanged. */
function turned(x: Tensor): Tensor {
  const swap = (list: readonly number[]) => [...list.slice(0, -2), ...list.slice(-2).reverse()];
  return fill(swap(x.dims), (index) => at(x, swap(index)));
}

/** As numpy.matmul: vectors gain an axis, which the result loses; the leading axes are broadcast. */
function product(left: Tensor, right: Tensor): Tensor {
  const a = left.dims.length === 1 ? tensor([1, ...left.dims], left.data) : left;
  const b = right.dims.length === 1 ? tensor([...right.dims, 1], right.data) : right;
  const [rows = 0, shared = 0] = a.dims.slice(-2);
  const columns = b.dims.at(-1) as number;
  const batch = broadcastDims(a.dims.slice(0, -2), b.dims.slice(0, -2));
  const result = fill([...batch, rows, columns], (index) => {
    const [row, column] = index.slice(-2) as [number, number];
    const outer = index.slice(0, -2);
    let sum = 0;
    for (let k = 0; k < shared; k++) sum += atBroadcast(a, [...outer, row, k]) * atBroadcast(b, [...outer, k, column]);
    return sum;
  });
  const dims = [...batch, ...(left.dims.length === 1 ? [] : [rows]), ...(right.dims.length === 1 ? [] : [columns])];
  return tensor(dims, result.data);
}

function scaled({ dims, data }: Tensor, factor: number): Tensor {
  return tensor(
    dims,
    data.map((value) => value * factor),
  );
}

function transposedIf(node: Node, attribute: string, x: Tensor): Tensor {
  return intAttribute(node, attribute, 0) ? turned(x) : x;
}

/** Letters of each axis; an ellipsis stands for as many axes as the letters leave over, counted from the last one. */
function labelsOf(term: string, rank: number): string[] {
  const [before = '', after = ''] = term.split('...');
  if (!term.includes('...')) return [...term];
  const count = rank - before.length - after.length;
  return [...before, ...Array.from({ length: count }, (_, i) => `.${count - i}`), ...after];
}

export const matrix: Readonly<Record<string, Operator>> = {
  MatMul: ([a, b]) => [product(given(a), given(b))],
  'com.microsoft.FusedMatMul': ([a, b], node) => [
    scaled(
      product(transposedIf(node, 'transA', given(a)), transposedIf(node, 'transB', given(b))),
      floatAttribute(node, 'alpha', 1),
    ),
  ],
  Gemm: ([a, b, c], node) => {
    const ab = product(transposedIf(node, 'transA', given(a)), transposedIf(node, 'transB', given(b)));
    const alpha = floatAttribute(node, 'alpha', 1);
    const beta = floatAttribute(node, 'beta', 1);
    return [fill(ab.dims, (index) => alpha * at(ab, index) + (c ? beta * atBroadcast(c, index) : 0))];
  },
  /** Of as many heads for the keys as for the queries, with masks that are added; gives the output and the softmax. */
  Attention: ([queries, keys, values, mask], node) => {
    const heads = (x: Tensor, attribute: string) => {
      const [batch = 1, positions = 1, width = 1] = x.dims;
      if (x.dims.length === 4) return x;
      const count = intAttribute(node, attribute, 1);
      return fill([batch, count, positions, width / count], ([b = 0, h = 0, position = 0, i = 0]) =>
        at(x, [b, position, (h * width) / count + i]),
      );
    };
    const q = heads(given(queries), 'q_num_heads');
    const k = heads(given(keys), 'kv_num_heads');
    const v = heads(given(values), 'kv_num_heads');
    const scale = floatAttribute(node, 'scale', 1 / Math.sqrt(q.dims.at(-1) as number));
    const scores = product(q, turned(k));
    const exponentials = fill(scores.dims, (index) => {
      const [row, column] = index.slice(-2) as [number, number];
      const isHidden = intAttribute(node, 'is_causal', 0) === 1 && column > row;
      return isHidden ? 0 : Math.exp(scale * at(scores, index) + (mask ? atBroadcast(mask, index) : 0));
    });
    const p = fill(scores.dims, (index) => {
      const row = Array.from({ length: scores.dims.at(-1) as number }, (_, i) =>
        at(exponentials, [...index.slice(0, -1), i]),
      );
      return at(exponentials, index) / row.reduce((sum, value) => sum + value, 0);
    });
    const y = product(p, v);
    const [batch = 1, count = 1, positions = 1, size = 1] = y.dims;
    const merged = fill([batch, positions, count * size], ([b = 0, position = 0, i = 0]) =>
      at(y, [b, Math.floor(i / size), position, i % size]),
    );
    return [given(queries).dims.length === 4 ? y : merged, k, v, p];
  },
  Einsum: (inputs, node) => {
    const [left = '', right] = stringAttribute(node, 'equation', '').replaceAll(' ', '').split('->');
    const terms = left.split(',').map((term, i) => labelsOf(term, given(inputs[i]).dims.length));
    const sizes = new Map<string, number>();
    for (const [i, labels] of terms.entries()) {
      for (const [axis, label] of labels.entries()) {
        sizes.set(label, Math.max(sizes.get(label) ?? 1, given(inputs[i]).dims[axis] as number));
      }
    }
    const all = [...sizes.keys()];
    const dots = all.filter((label) => label.startsWith('.')).sort((a, b) => Number(b.slice(1)) - Number(a.slice(1)));
    const once = all.filter((label) => !dots.includes(label) && terms.flat().filter((l) => l === label).length === 1);
    const output =
      right === undefined
        ? [...dots, ...once.sort()]
        : right.includes('...')
          ? [...(right.split('...')[0] as string), ...dots, ...(right.split('...')[1] as string)]
          : [...right];
    const summed = all.filter((label) => !output.includes(label));
    const sizesOf = (labels: readonly string[]) => labels.map((label) => sizes.get(label) as number);
    const inner = indices(sizesOf(summed));
    return [
      fill(sizesOf(output), (index) => {
        let sum = 0;
        for (const rest of inner) {
          const position = new Map([
            ...output.map((label, i) => [label, index[i] as number] as const),
            ...summed.map((label, i) => [label, rest[i] as number] as const),
          ]);
          sum += terms.reduce(
            (factor, labels, i) =>
              factor *
              atBroadcast(
                given(inputs[i]),
                labels.map((label) => position.get(label) as number),
              ),
            1,
          );
        }
        return sum;
      }),
    ];
  },
};
