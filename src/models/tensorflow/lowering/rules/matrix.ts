import { CannotLower } from '../../../cannotLower.ts';
import type { Call, Rule, Tensor } from '../call.ts';
import { broadcast, type Dim, isSame, shown } from '../dims.ts';
import { biased, fusedTail } from '../fused.ts';

/** A tensor with its last two axes swapped if asked for. */
function swapped(call: Call, tensor: Tensor, isSwapped: boolean): { readonly value: string; readonly dims: Dim[] } {
  const rank = tensor.dims.length;
  if (rank < 2) throw new CannotLower(`it takes ${shown(tensor.dims)}, which is no matrix`);
  const order = tensor.dims.map((_, axis) => axis);
  if (!isSwapped) return { value: call.plain(tensor), dims: [...tensor.dims] };
  const turned = [...order.slice(0, -2), rank - 1, rank - 2];
  return { value: call.reordered(tensor, turned), dims: turned.map((axis) => tensor.dims[axis] as Dim) };
}

const product =
  (first: string, second: string): Rule =>
  (call) => {
    const a = swapped(call, call.x, call.flag(first));
    const b = swapped(call, call.input(1), call.flag(second));
    if (!isSame(a.dims.at(-1) as Dim, b.dims.at(-2) as Dim)) {
      throw new CannotLower(`its matrices ${shown(a.dims)} and ${shown(b.dims)} do not fit each other`);
    }
    const dims = [...broadcast(a.dims.slice(0, -2), b.dims.slice(0, -2)), a.dims.at(-2) as Dim, b.dims.at(-1) as Dim];
    return { dims, type: call.x.type, value: call.build.op('MatMul', [a.value, b.value]) };
  };

const matMul = product('transpose_a', 'transpose_b');
const batchMatMul = product('adj_x', 'adj_y');

/** Sums of products over the axes that an equation names, such as "abc,cd->abd". */
const einsum: Rule = (call) => {
  const equation = call.text('equation').replaceAll(' ', '');
  const [left = '', right] = equation.split('->');
  const terms = left.split(',');
  if (right === undefined || terms.length !== call.inputs.length || !/^[A-Za-z,]*$/.test(left + right)) {
    throw new CannotLower(`its equation "${equation}" is not supported`);
  }
  const sizes = new Map<string, Dim>();
  for (const [index, term] of terms.entries()) {
    const { dims } = call.input(index);
    if (dims.length !== term.length) throw new CannotLower(`its equation "${equation}" does not fit ${shown(dims)}`);
    for (const [axis, letter] of [...term].entries()) sizes.set(letter, dims[axis] as Dim);
  }
  const dims = [...right].map((letter) => {
    const size = sizes.get(letter);
    if (size === undefined) throw new CannotLower(`its equation "${equation}" is damaged`);
    return size;
  });
  const values = call.inputs.map((tensor) => call.plain(tensor));
  return { dims, type: call.x.type, value: call.build.op('Einsum', values, { equation }) };
};

/** Products of matrices, and biases. */
export const matrix: Readonly<Record<string, Rule>> = {
  MatMul: matMul,
  _FusedMatMul: fusedTail(matMul, 2),
  BatchMatMul: batchMatMul,
  BatchMatMulV2: batchMatMul,
  BatchMatMulV3: batchMatMul,
  Einsum: einsum,
  BiasAdd: (call) => biased(call, call.x, call.input(1)),
  BiasAddV1: (call) => biased(call, call.x, call.input(1)),
};
