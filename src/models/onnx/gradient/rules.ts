import type { Rule } from './rule.ts';
import { activations } from './rules/activations.ts';
import { arithmetic } from './rules/arithmetic.ts';
import { columns } from './rules/columns.ts';
import { convolution } from './rules/convolution.ts';
import { fourier } from './rules/fourier.ts';
import { matrix } from './rules/matrix.ts';
import { normalization } from './rules/normalization.ts';
import { pooling } from './rules/pooling.ts';
import { recurrent } from './rules/recurrent.ts';
import { reductions } from './rules/reductions.ts';
import { resize } from './rules/resize.ts';
import { sampling } from './rules/sampling.ts';
import { shapes } from './rules/shapes.ts';
import { softmax } from './rules/softmax.ts';

/** The rule of every operator that gradients can pass. The names of operators of other domains include the domain. */
export const rules: Readonly<Record<string, Rule>> = {
  ...activations,
  ...arithmetic,
  ...columns,
  ...convolution,
  ...fourier,
  ...matrix,
  ...normalization,
  ...pooling,
  ...recurrent,
  ...reductions,
  ...resize,
  ...sampling,
  ...shapes,
  ...softmax,
};
