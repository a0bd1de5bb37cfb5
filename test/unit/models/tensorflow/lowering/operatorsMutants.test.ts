import assert from 'node:assert/strict';
import type { lower } from '../../../../../src/models/tensorflow/lowering/lower.ts';
import { firstFailure } from '../../../../support/checks.ts';
import { type Rewrite, rewrittenPart } from '../../../../support/mutants/rewrite.ts';
import { checksOf } from './operatorsChecks.ts';

/** Mistakes in the files of the table, and an operator whose checks find each. */
const mistakes: Readonly<Record<string, readonly [part: string, operator: string, rewrite: Rewrite]>> = {
  'the odd padding goes to the beginning': [
    '../../samePadding',
    'MaxPool',
    ['Math.floor(total / 2)', 'Math.ceil(total / 2)'],
  ],
  'strides are left out of the padding': [
    '../../samePadding',
    'Conv2D',
    ['Math.ceil(size / stride) - 1) * stride', 'size - 1) * 1'],
  ],
  'kernels stay in the order of TensorFlow': [
    'rules/convolution',
    'Conv2D',
    ['const toOutputsFirst = [3, 2, 0, 1]', 'const toOutputsFirst = [3, 2, 1, 0]'],
  ],
  'channels and their multiples are swapped': [
    'rules/convolution',
    'DepthwiseConv2dNative',
    ['[2, 3, 0, 1], [outputs', '[3, 2, 0, 1], [outputs'],
  ],
  'means take the padding in': ['rules/pooling', 'AvgPool', ['count_include_pad: 0', 'count_include_pad: 1']],
  'nearest pixels are rounded down': ['rules/resize', 'ResizeNearestNeighbor', ["'round_prefer_ceil'", "'floor'"]],
  'corners are not aligned': ['rules/resize', 'ResizeBilinear', ["return 'align_corners'", "return 'half_pixel'"]],
  'axes of channels first are not mapped': [
    'rules/reductions',
    'Mean',
    ['axes.map((axis) => call.axisOf(axis, x))', 'axes'],
  ],
  'an ellipsis stands for no axes': ['slices', 'StridedSlice', ['keep(given.length - stated)', 'keep(0)']],
  'a negative bound counts from the beginning': [
    '../../sliceOfAxis',
    'StridedSlice',
    ['at < 0 ? at + size : at));', 'at));'],
  ],
  'sizes are added where they are multiplied': ['sizes', 'Reshape', ['Prod: total(product, 1)', 'Prod: total(sum, 0)']],
  'scale and offset are swapped': [
    'rules/normalization',
    'FusedBatchNormV3',
    ['perChannel(call.input(1))', 'perChannel(call.input(2))'],
  ],
  'pads before and after are swapped': [
    'rules/shapes',
    'Pad',
    ['const ends = [before, after]', 'const ends = [after, before]'],
  ],
  'quotients are cut rather than rounded down': [
    'rules/arithmetic',
    'FloorDiv',
    ["build.op('Floor', [quotient])", "build.op('Ceil', [quotient])"],
  ],
  'the sum of neighbors is taken for their mean': [
    'rules/normalization',
    'LRN',
    ["call.number('alpha', 1) * size", "call.number('alpha', 1)"],
  ],
};

describe('checks of the operators of TensorFlow find the mistake', () => {
  for (const [mistake, [part, operator, rewrite]] of Object.entries(mistakes)) {
    it(`where ${mistake}`, async () => {
      const place = { folder: 'models/tensorflow/lowering', file: 'lower', exported: 'lower', part };
      const mutant = await rewrittenPart<typeof lower>(place, rewrite);
      // What cannot run is found as well.
      const failure = await firstFailure(checksOf(operator), mutant).catch((error: Error) => error.message);
      assert.notEqual(failure, undefined, 'the mutant passes every check');
    });
  }
});
