import type { Rule } from './call.ts';
import { activations } from './rules/activations.ts';
import { arithmetic } from './rules/arithmetic.ts';
import { attention } from './rules/attention.ts';
import { comparisons } from './rules/comparisons.ts';
import { convolution } from './rules/convolution.ts';
import { creation } from './rules/creation.ts';
import { indexing } from './rules/indexing.ts';
import { matrix } from './rules/matrix.ts';
import { normalization } from './rules/normalization.ts';
import { ordering } from './rules/ordering.ts';
import { padding } from './rules/padding.ts';
import { pooling } from './rules/pooling.ts';
import { random } from './rules/random.ts';
import { reductions } from './rules/reductions.ts';
import { resize } from './rules/resize.ts';
import { sampling } from './rules/sampling.ts';
import { shapes } from './rules/shapes.ts';
import { softmax } from './rules/softmax.ts';

/**
 * The rule of every ATen operator that can be written as nodes of ONNX, by its name, or by name and overload where they
 * differ by more than their arguments. Those that write into their first argument ("relu_") have the rule of those that
 * do not.
 */
export const rules: Readonly<Record<string, Rule>> = {
  ...activations,
  ...arithmetic,
  ...attention,
  ...comparisons,
  ...convolution,
  ...creation,
  ...indexing,
  ...matrix,
  ...normalization,
  ...ordering,
  ...padding,
  ...pooling,
  ...random,
  ...reductions,
  ...resize,
  ...sampling,
  ...shapes,
  ...softmax,
};
