import { floatAttribute, intAttribute, stringAttribute } from '../../graph/graph.ts';
import { float, type GraphBuilder } from '../../graph/graphBuilder.ts';
import { NotDifferentiable, type Rule } from '../rule.ts';

/** Products of matrices: with Y = A B, dA = dY Bᵀ and dB = Aᵀ dY. */
export const matrix: Readonly<Record<string, Rule>> = {
  Gemm: ({ node, dy, inputs: [a = '', b = '', c], wanted, shape, outputs: [y = ''], build }) => {
    const [transA, transB] = [intAttribute(node, 'transA', 0), intAttribute(node, 'transB', 0)];
    const alpha = float(floatAttribute(node, 'alpha', 1));
    const product = (p: string, q: string, transP: number, transQ: number) =>
      build.op('Gemm', [p, q], { alpha, transA: transP, transB: transQ });
    return [
      wanted[0] ? (transA ? product(b, dy, transB, 1) : product(dy, b, 0, 1 - transB)) : undefined,
      wanted[1] ? (transB ? product(dy, a, 1, transA) : product(a, dy, 1 - transA, 0)) : undefined,
      wanted[2] && c ? build.scale(build.sumTo(dy, shape(y), shape(c)), floatAttribute(node, 'beta', 1)) : undefined,
    ];
  },
  MatMul: ({ dy, inputs: [a = '', b = ''], wanted, shape, build }) =>
    ofProduct(dy, { value: a, dims: shape(a) }, { value: b, dims: shape(b) }, wanted, build),
  /** α A B, either of which may be transposed. */
  'com.microsoft.FusedMatMul': ({ node, dy, inputs, wanted, shape, build }) => {
    if (intAttribute(node, 'transBatchA', 0) || intAttribute(node, 'transBatchB', 0)) {
      throw new NotDifferentiable('it transposes axes of the batch');
    }
    const transposes = ['transA', 'transB'].map((name) => intAttribute(node, name, 0) === 1);
    const [a, b] = inputs.map((value, index) => {
      const operand = { value, dims: shape(value) };
      return transposes[index] ? turned(operand, build) : operand;
    }) as [Operand, Operand];
    const scaled = build.scale(dy, floatAttribute(node, 'alpha', 1));
    return ofProduct(scaled, a, b, wanted, build).map((value, index) =>
      value && transposes[index] ? turned({ value, dims: [a, b][index]?.dims ?? [] }, build).value : value,
    );
  },
  /**
   * A sum of products over indices is linear in each factor: its gradient is also such a sum, of dy and the other
   * factors.
   */
  Einsum: ({ node, dy, inputs, outputs: [y = ''], wanted, shape, build }) => {
    const { terms, result } = einsumOf(
      stringAttribute(node, 'equation', ''),
      inputs.map((input) => shape(input)),
    );
    if ([result, ...terms].some((labels) => new Set(labels).size < labels.length)) {
      throw new NotDifferentiable('it takes a diagonal');
    }
    return inputs.map((input, index) => {
      if (!wanted[index]) return undefined;
      const dims = shape(input);
      const labels = terms[index] as string;
      const factors = [
        { value: dy, labels: result, dims: shape(y) },
        ...inputs.map((value, i) => ({ value, labels: terms[i] as string, dims: shape(value) })),
      ].filter((_, i) => i !== index + 1);
      const sizeIn = (label: string) =>
        Math.max(0, ...factors.map((factor) => factor.dims[factor.labels.indexOf(label)] ?? 0));
      // An index that only this factor has was summed out: the gradient is constant along it.
      const known = [...labels].filter((label) => sizeIn(label) > 0);
      const equation = `${factors.map((factor) => factor.labels).join(',')}->${known.join('')}`;
      const product = build.op(
        'Einsum',
        factors.map(({ value }) => value),
        { equation },
      );
      const found = [...labels].map((label) => Math.max(1, sizeIn(label)));
      const placed = known.length < labels.length ? build.reshape(product, found) : product;
      const summed = build.sumTo(
        placed,
        found,
        dims.map((size, axis) => Math.min(size, found[axis] as number)),
      );
      return dims.some((size, axis) => size > (found[axis] as number)) ? build.expand(summed, dims) : summed;
    });
  },
};

interface Operand {
  readonly value: string;
  readonly dims: readonly number[];
}

/** The gradients of a product as numpy.matmul defines it: vectors gain an axis, and leading axes are broadcast. */
function ofProduct(
  dy: string,
  left: Operand,
  right: Operand,
  wanted: readonly boolean[],
  build: GraphBuilder,
): (string | undefined)[] {
  const shaped = ({ value, dims }: Operand, vector: readonly number[]): Operand =>
    dims.length === 1 ? { value: build.reshape(value, vector), dims: vector } : { value, dims };
  const a = shaped(left, [1, ...left.dims]);
  const b = shaped(right, [...right.dims, 1]);
  const [rows = 1, shared = 1] = a.dims.slice(-2);
  const columns = b.dims.at(-1) as number;
  const batch = broadcast(a.dims.slice(0, -2), b.dims.slice(0, -2));
  const hasVector = left.dims.length === 1 || right.dims.length === 1;
  const d = hasVector ? build.reshape(dy, [...batch, rows, columns]) : dy;
  const part = (p: string, q: string, dims: readonly number[], { dims: wished }: Operand, operand: Operand) => {
    const sum = build.sumTo(build.op('MatMul', [p, q]), dims, operand.dims);
    return wished.length === 1 ? build.reshape(sum, wished) : sum;
  };
  return [
    wanted[0] ? part(d, turned(b, build).value, [...batch, rows, shared], left, a) : undefined,
    wanted[1] ? part(turned(a, build).value, d, [...batch, shared, columns], right, b) : undefined,
  ];
}

/** The last two axes swapped. */
function turned({ value, dims }: Operand, build: GraphBuilder): Operand {
  const axes = dims.map((_, axis) => axis);
  const order = [...axes.slice(0, -2), ...axes.slice(-2).reverse()];
  return { value: build.transpose(value, order), dims: order.map((axis) => dims[axis] as number) };
}

function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const size = a[axis - rank + a.length] ?? 1;
    return size === 1 ? (b[axis - rank + b.length] ?? 1) : size;
  });
}

/** The labels of each factor and of the result, with unused letters instead of ellipses. */
function einsumOf(
  equation: string,
  shapes: readonly (readonly number[])[],
): { readonly terms: readonly string[]; readonly result: string } {
  const [left = '', right] = equation.replaceAll(' ', '').split('->');
  const written = left.split(',');
  const hidden = written.map((term, index) =>
    term.includes('...') ? (shapes[index] as readonly number[]).length - (term.length - 3) : 0,
  );
  const longest = Math.max(...hidden);
  const free = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'].filter(
    (letter) => !equation.includes(letter),
  );
  const letters = free.slice(0, longest).join('');
  const terms = written.map((term, index) => term.replace('...', letters.slice(longest - (hidden[index] as number))));
  const all = terms.join('');
  // Without an arrow, the result has the labels that occur once, in alphabetical order, after the ellipsis.
  const once = [...new Set(all)].filter((label) => !letters.includes(label) && all.split(label).length === 2).sort();
  return { terms, result: right === undefined ? letters + once.join('') : right.replace('...', letters) };
}
