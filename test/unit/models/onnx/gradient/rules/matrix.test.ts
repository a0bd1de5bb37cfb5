import assert from 'node:assert/strict';
import fc from 'fast-check';
import { matrix } from '../../../../../../src/models/onnx/gradient/rules/matrix.ts';
import { float } from '../../../../../../src/models/onnx/graph/graphBuilder.ts';
import { checkGradient, type InputSpec } from '../../../../../support/onnx/checkGradient.ts';
import { testRules, type Variant } from '../../../../../support/onnx/ruleTests.ts';

function of(...dims: number[]): InputSpec {
  return { dims };
}

function constant(...dims: number[]): InputSpec {
  return { dims, constant: true };
}

/** Each variant with its two factors, of 2 × 3 and 3 × 4, transposed in all ways. */
function transposes(variants: (a: InputSpec, b: InputSpec) => Variant[]): Variant[] {
  return [0, 1].flatMap((transA) =>
    [0, 1].flatMap((transB) =>
      variants(transA ? of(3, 2) : of(2, 3), transB ? of(4, 3) : of(3, 4)).map((variant) => ({
        ...variant,
        attributes: { ...variant.attributes, transA, transB },
      })),
    ),
  );
}

const shapes: [readonly number[], readonly number[]][] = [
  [
    [2, 3],
    [3, 4],
  ],
  [[3], [3]],
  [[3], [3, 4]],
  [[2, 3], [3]],
  [
    [2, 2, 3],
    [3, 4],
  ],
  [[2, 2, 3], [3]],
  [[3], [2, 3, 4]],
  [
    [2, 3, 2, 3],
    [2, 3, 3, 2],
  ],
  [
    [2, 1, 2, 3],
    [3, 3, 2],
  ],
  [
    [2, 3],
    [2, 2, 3, 1],
  ],
];

/** As torch.einsum and timm's models are exported, and what is rarer. */
const equations: [string, ...(readonly number[])[]][] = [
  ['bhid,bhjd->bhij', [1, 2, 3, 2], [1, 2, 3, 2]],
  ['bhij,bhjd->bhid', [1, 2, 3, 3], [1, 2, 3, 2]],
  ['nhwpqc->nchpwq', [1, 2, 2, 2, 1, 3]],
  ['bhwc,hkc->bhwk', [1, 2, 3, 2], [2, 3, 2]],
  ['ij,jk', [2, 3], [3, 2]],
  ['ji', [2, 3]],
  ['i,j->ij', [2], [3]],
  ['i,i->', [3], [3]],
  ['ij->i', [2, 3]],
  ['ij,kj->k', [2, 3], [2, 3]],
  ['ij->', [2, 3]],
  ['...ij,...jk->...ik', [2, 2, 3], [2, 3, 2]],
  ['...ij,jk->...ik', [2, 2, 2, 3], [3, 2]],
  ['b...c,cd->b...d', [2, 2, 2, 3], [3, 2]],
  ['...,...->...', [2, 3], [2, 3]],
  ['...ij,...jk->...ik', [1, 2, 3], [2, 3, 2]],
  ['bij,bjk->bik', [1, 2, 3], [2, 3, 2]],
  ['b i j , b j k -> b i k', [2, 2, 3], [2, 3, 2]],
];

testRules('matrix', matrix, {
  Gemm: transposes((a, b): Variant[] => [
    { inputs: [a, b] },
    { inputs: [a, b, of(4)], attributes: { alpha: float(0.5), beta: float(-1.5) } },
    { inputs: [a, { ...b, constant: true }, constant(2, 4)], attributes: { alpha: float(2) } },
    { inputs: [{ ...a, constant: true }, b, of(2, 1)] },
    { inputs: [a, b, of()] },
  ]),
  MatMul: shapes.flatMap(([a, b]) => [
    { inputs: [of(...a), of(...b)] },
    { inputs: [of(...a), constant(...b)] },
    { inputs: [constant(...a), of(...b)] },
  ]),
  'com.microsoft.FusedMatMul': [
    ...transposes((a, b): Variant[] => [{ inputs: [a, b] }, { inputs: [a, b], attributes: { alpha: float(0.5) } }]),
    { inputs: [of(2, 3, 4), of(2, 2, 4)], attributes: { transB: 1, alpha: float(0.25) } },
  ],
  Einsum: equations.flatMap(([equation, ...shapes]) => [
    { inputs: shapes.map((dims) => of(...dims)), attributes: { equation } },
    { inputs: shapes.map((dims, index) => (index === 0 ? of(...dims) : constant(...dims))), attributes: { equation } },
  ]),
});

describe('Gradient rules: products that are refused', () => {
  it('Einsum of a diagonal', async () => {
    const check = checkGradient({ operator: 'Einsum', inputs: [of(2, 2)], attributes: { equation: 'ii->i' } });
    await assert.rejects(check, { name: 'UnderivableGradient', message: 'Einsum "y0" (it takes a diagonal)' });
  });
});

describe('Gradient rules: products of tensors', () => {
  const size = fc.integer({ min: 1, max: 3 });

  it('MatMul with any batches', () =>
    fc.assert(
      fc.asyncProperty(
        fc.tuple(size, size, size),
        fc.array(fc.tuple(size, fc.constantFrom('both', 'a', 'b')), { maxLength: 2 }),
        fc.nat({ max: 2 }),
        async ([rows, shared, columns], batch, skipped) => {
          const a = batch.map(([size, owner]) => (owner === 'b' ? 1 : size));
          const b = batch.map(([size, owner]) => (owner === 'a' ? 1 : size)).slice(skipped);
          await checkGradient({ operator: 'MatMul', inputs: [of(...a, rows, shared), of(...b, shared, columns)] });
        },
      ),
      { numRuns: 30 },
    ));

  it('Einsum of two factors with any indices', () => {
    const labels = fc.subarray([...'abcd']).chain((found) => fc.shuffledSubarray(found, { minLength: found.length }));
    return fc.assert(
      fc.asyncProperty(labels, labels, fc.infiniteStream(fc.boolean()), async (a, b, kept) => {
        const result = [...new Set([...a, ...b])].filter(() => kept.next().value);
        const sizes: Record<string, number> = { a: 2, b: 3, c: 1, d: 2 };
        const dims = (labels: readonly string[]) => labels.map((label) => sizes[label] as number);
        await checkGradient({
          operator: 'Einsum',
          inputs: [of(...dims(a)), of(...dims(b))],
          attributes: { equation: `${a.join('')},${b.join('')}->${result.join('')}` },
        });
      }),
      { numRuns: 40 },
    );
  });
});
