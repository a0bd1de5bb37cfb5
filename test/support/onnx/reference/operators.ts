import { arithmetic } from './arithmetic.ts';
import { convolution } from './convolution.ts';
import type { Operator } from './evaluate.ts';
import { normalization } from './normalization.ts';
import { pooling } from './pooling.ts';
import { shapes } from './shapes.ts';

/** Every operator that the reference evaluator knows. */
export const operators: Readonly<Record<string, Operator>> = {
  ...arithmetic,
  ...convolution,
  ...normalization,
  ...pooling,
  ...shapes,
};
