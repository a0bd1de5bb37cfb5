import { CannotLower } from '../../../cannotLower.ts';
import type { Dim } from '../../program.ts';
import type { Call, Rule, Tensor } from '../call.ts';

/** x Wᵀ + b, of every vector in the last axis. */
const linear: Rule = (call) => {
  const { build } = call;
  const weight = call.tensor('weight').value;
  const bias = call.optional('bias')?.value;
  if (call.rank === 2) return build.op('Gemm', [call.x, weight, ...(bias ? [bias] : [])], { transB: 1 });
  const product = build.op('MatMul', [call.x, build.transpose(weight, [1, 0])]);
  return bias ? build.add(product, bias) : product;
};

const product =
  (second: string): Rule =>
  (call) =>
    call.build.op('MatMul', [call.x, call.tensor(second).value]);

/** β self + α a b */
function sum(call: Call, first: string, second: string): string {
  const { build } = call;
  const matrices = build.op('MatMul', [call.tensor(first).value, call.tensor(second).value]);
  return build.add(build.scale(call.x, call.number('beta', 1)), build.scale(matrices, call.number('alpha', 1)));
}

const einsum: Rule = (call) => {
  const terms = call.tensors('tensors').map((term) => term?.value ?? '');
  const equation = call.text('equation').replaceAll(' ', '');
  if (!equation.includes('->')) throw new CannotLower('its equation does not say what it gives');
  return call.build.op('Einsum', terms, { equation });
};

/** Products of matrices and vectors. */
export const matrix: Readonly<Record<string, Rule>> = {
  linear,
  addmm: (call) => {
    const [a, b] = [call.tensor('mat1').value, call.tensor('mat2').value];
    if (call.number('beta', 1) !== 1 || call.number('alpha', 1) !== 1) return sum(call, 'mat1', 'mat2');
    return call.build.op('Gemm', [a, b, call.x]);
  },
  baddbmm: (call) => sum(call, 'batch1', 'batch2'),
  mm: product('mat2'),
  bmm: product('mat2'),
  matmul: product('other'),
  mv: product('vec'),
  dot: product('tensor'),
  outer: (call) => call.build.mul(call.build.unsqueeze(call.x, [1]), call.tensor('vec2').value),
  /** x₁ᵀ W x₂ + b. */
  bilinear: (call) => {
    const [a, b, weight] = ['input1', 'input2', 'weight'].map((name) => call.tensor(name).value) as [
      string,
      string,
      string,
    ];
    const product = call.build.op('Einsum', [a, weight, b], { equation: '...i,oij,...j->...o' });
    const bias = call.optional('bias');
    return bias ? call.build.add(product, bias.value) : product;
  },
  einsum,
  linalg_vector_norm: (call) => norm(call, call.number('ord', 2)),
  norm: (call) => norm(call, call.number('p', 2)),
  /** Vectors of length 1. */
  cosine_similarity: (call) => {
    const [a, b] = [call.tensor('x1'), call.tensor('x2')] as [Tensor, Tensor];
    const { build } = call;
    const axis = call.axis('dim', 1);
    const epsilon = build.floats(call.number('eps', 1e-8));
    const length = (x: string) => build.op('Max', [build.op('ReduceL2', [x, build.ints([axis])]), epsilon]);
    const unit = ({ value }: { readonly value: string; readonly dims: readonly Dim[] }) =>
      build.div(value, length(value));
    return build.reduceSum(build.mul(unit(a), unit(b)), [axis], false);
  },
};

function norm(call: Call, order: number): string {
  const { build } = call;
  const axes = build.ints(call.axes('dim'));
  const keepdims = call.flag('keepdim') ? 1 : 0;
  const reduced = (operator: string, value: string) => build.op(operator, [value, axes], { keepdims });
  switch (order) {
    case 1:
      return reduced('ReduceL1', call.x);
    case 2:
      return reduced('ReduceL2', call.x);
    case Number.POSITIVE_INFINITY:
      return reduced('ReduceMax', build.op('Abs', [call.x]));
    default:
      throw new CannotLower(`it is the ${order}-norm`);
  }
}
