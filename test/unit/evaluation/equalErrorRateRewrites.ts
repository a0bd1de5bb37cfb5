import type { Rewrite } from '../../support/mutants/rewrite.ts';

/** Mistakes in the equal error rate. */
export const equalErrorRateRewrites: Readonly<Record<string, Rewrite>> = {
  'pairs are in the order in which they come': ['.toSorted((a, b) => a.similarity - b.similarity)', '.slice()'],
  'rejects are a fraction of impostors': ['rejected / genuine', 'rejected / impostors'],
  'accepts are a fraction of all pairs': ['accepted / impostors', 'accepted / sorted.length'],
  'the last threshold is taken': ['if (gap < best.gap)', 'if (gap < 2)'],
  'equal similarities are told apart': ['before.similarity < pair.similarity', 'before.similarity <= pair.similarity'],
  'the rate is that of rejects': ['rate: (rejects + accepts) / 2', 'rate: rejects'],
  'the threshold is below both pairs': ['(before.similarity + pair.similarity) / 2', 'before.similarity'],
  'there is a rate without impostors': ['genuine === 0 || impostors === 0', 'genuine === 0'],
};
