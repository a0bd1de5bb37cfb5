import { floatAttribute, intAttribute } from '../../graph.ts';
import { float } from '../../graphBuilder.ts';
import type { Rule } from '../rule.ts';

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
      wanted[2] && c
        ? build.mul(build.sumTo(dy, shape(y), shape(c)), build.floats(floatAttribute(node, 'beta', 1)))
        : undefined,
    ];
  },
};
