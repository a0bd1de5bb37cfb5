import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { chooseClassmap } from '../../../../src/defenses/training/collaborative/classmap.ts';
import type { Checks } from '../../../support/checks.ts';

/** Three classes: adversarial examples of 0 are mostly taken for 1, those of 1 for 2, those of 2 for 1. */
const answers = [
  [0.3, 0.6, 0.1],
  [0.05, 0.15, 0.8],
  [0.2, 0.7, 0.1],
];

/** Mean answers: whole numbers, with ties among them. */
const matrices = fc
  .integer({ min: 2, max: 6 })
  .chain((size) =>
    fc.array(fc.array(fc.nat({ max: 9 }), { minLength: size, maxLength: size }), { minLength: size, maxLength: size }),
  );

/** The permutations of the numbers below `size` in which no number stays in its place. */
function derangements(size: number): number[][] {
  const extend = (partial: number[]): number[][] =>
    partial.length === size
      ? [partial]
      : Array.from({ length: size }, (_, j) => j)
          .filter((j) => j !== partial.length && !partial.includes(j))
          .flatMap((j) => extend([...partial, j]));
  return extend([]);
}

function total(matrix: readonly (readonly number[])[], partners: readonly number[]): number {
  return partners.reduce((sum, j, i) => sum + (matrix[i]?.[j] as number), 0);
}

/** What is known of the choice of partners. */
export const classmapChecks: Checks<typeof chooseClassmap> = {
  'the least likely class is the partner': (choose) =>
    assert.deepEqual(choose(answers, { pairs: 'least-likely', distinct: false }), [2, 0, 0]),

  'the most likely class is the partner, where equation 8 is taken at its word': (choose) =>
    assert.deepEqual(choose(answers, { pairs: 'most-likely', distinct: false }), [1, 2, 1]),

  'a class is not its own partner, however seldom or often it is answered': (choose) => {
    const own = [
      [0, 0.5, 0.5],
      [0, 1, 0],
      [0.5, 0.5, 0],
    ];
    for (const pairs of ['least-likely', 'most-likely'] as const) {
      for (const distinct of [false, true]) {
        const partners = choose(own, { pairs, distinct });
        assert.equal(
          partners.findIndex((partner, label) => partner === label),
          -1,
        );
      }
    }
  },

  'partners that are to differ do, at the least total': (choose) =>
    // 0 → 1 costs 0.6, and 0 → 2 → 1 → 0 is 0.1 + 0.7 + 0.05.
    assert.deepEqual(choose(answers, { pairs: 'least-likely', distinct: true }), [2, 0, 1]),

  'of all derangements the least or greatest total is found': (choose) =>
    fc.assert(
      fc.property(matrices, fc.constantFrom('least-likely' as const, 'most-likely' as const), (matrix, pairs) => {
        const partners = choose(matrix, { pairs, distinct: true });
        assert.deepEqual(
          [...partners].sort((a, b) => a - b),
          matrix.map((_, i) => i),
        );
        const totals = derangements(matrix.length).map((other) => total(matrix, other));
        const best = pairs === 'least-likely' ? Math.min(...totals) : Math.max(...totals);
        assert.equal(total(matrix, partners), best);
        assert.equal(
          partners.findIndex((partner, label) => partner === label),
          -1,
        );
      }),
      { numRuns: 200 },
    ),
};
