import type { Rule } from './call.ts';
import { activations } from './rules/activations.ts';
import { arithmetic } from './rules/arithmetic.ts';
import { blocks } from './rules/blocks.ts';
import { comparisons } from './rules/comparisons.ts';
import { constants } from './rules/constants.ts';
import { convolutions } from './rules/convolution.ts';
import { matrix } from './rules/matrix.ts';
import { normalization } from './rules/normalization.ts';
import { parts } from './rules/parts.ts';
import { pooling } from './rules/pooling.ts';
import { reductions } from './rules/reductions.ts';
import { resize } from './rules/resize.ts';
import { shapes } from './rules/shapes.ts';

/** The rule of every operator of TensorFlow that can be written as nodes of ONNX. */
export const rules: Readonly<Record<string, Rule>> = {
  ...activations,
  ...arithmetic,
  ...blocks,
  ...comparisons,
  ...constants,
  ...convolutions,
  ...matrix,
  ...normalization,
  ...parts,
  ...pooling,
  ...reductions,
  ...resize,
  ...shapes,
};
