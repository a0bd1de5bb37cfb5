import type { Rule } from './call.ts';
import { activations } from './rules/activations.ts';
import { arithmetic } from './rules/arithmetic.ts';
import { comparisons } from './rules/comparisons.ts';
import { indexing } from './rules/indexing.ts';
import { linear } from './rules/linear.ts';
import { normalization } from './rules/normalization.ts';
import { padding } from './rules/padding.ts';
import { pooling } from './rules/pooling.ts';
import { reductions } from './rules/reductions.ts';
import { resize } from './rules/resize.ts';
import { shapes } from './rules/shapes.ts';
import { types } from './rules/types.ts';

/** The rule of every operator that can be written as nodes of ONNX, by its name in the schema. */
export const rules: Readonly<Record<string, Rule>> = {
  ...activations,
  ...arithmetic,
  ...comparisons,
  ...indexing,
  ...linear,
  ...normalization,
  ...padding,
  ...pooling,
  ...reductions,
  ...resize,
  ...shapes,
  ...types,
};
