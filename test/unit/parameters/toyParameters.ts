import { amountSchema } from '../../../src/parameters/amount.ts';
import type { ParametersOf } from '../../../src/parameters/parameter.ts';

/** A budget, as far as the toys depend on it. */
export interface Radius {
  readonly radius: number;
}

export interface Toy {
  readonly size: number;
  readonly steps: number;
  readonly names: readonly string[];
}

/** An amount that depends on the context and has one preset, a number that depends on it, and a list. */
export const toyParameters: ParametersOf<Toy, Radius> = {
  size: {
    description: 'Size | length.',
    schema: amountSchema,
    quick: { value: ({ radius }) => radius / 2, text: 'r / 2', source: 'a guess' },
  },
  steps: {
    description: 'Steps.',
    schema: { type: 'integer', minimum: 1 },
    quick: { value: 3, text: '3', source: 'ours' },
    paper: { value: (_, { size }) => Math.round(100 * size), text: '100 size', source: 'a paper | page 3' },
  },
  names: {
    description: 'Names.',
    schema: { type: 'array', items: { type: 'string' } },
    quick: { value: [], text: 'none', source: 'ours' },
    paper: { value: ['a', 'b'], text: '["a", "b"]', source: 'a paper' },
  },
};
