import { activations } from './activations.ts';
import { arithmetic } from './arithmetic.ts';
import { columns } from './columns.ts';
import { convolution } from './convolution.ts';
import { fourier } from './fourier.ts';
import { matrix } from './matrix.ts';
import { normalization } from './normalization.ts';
import type { Operator } from './operator.ts';
import { pooling } from './pooling.ts';
import { reductions } from './reductions.ts';
import { resize } from './resize.ts';
import { sampling } from './sampling.ts';
import { shapes } from './shapes.ts';

/** Every operator that the reference evaluator knows; those of other domains than the standard's with their domain. */
export const operators: Readonly<Record<string, Operator>> = {
  ...activations,
  ...arithmetic,
  ...columns,
  ...convolution,
  ...fourier,
  ...matrix,
  ...normalization,
  ...pooling,
  ...reductions,
  ...resize,
  ...sampling,
  ...shapes,
};
