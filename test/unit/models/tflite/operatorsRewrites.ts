import type { Rewrite } from '../../../support/mutants/rewrite.ts';

/** Mistakes in a file. */
interface Mistakes {
  /** The models by which they are to be found. */
  readonly models: RegExp;
  readonly rewrites: Readonly<Record<string, Rewrite>>;
}

/** Mistakes in the files that lower TensorFlow Lite's operators, by the file below `src/models/tflite`. */
export const operatorsRewrites: Readonly<Record<string, Mistakes>> = {
  '../samePadding': {
    models: /conv_2d|pool/,
    rewrites: {
      'an odd padding is put before the image': ['Math.floor(total / 2)', 'Math.ceil(total / 2)'],
    },
  },
  'lowering/windows': {
    models: /conv_2d|pool/,
    rewrites: {
      'the padding forgets the dilation': ['(kernel[axis] - 1) * dilations[axis] + 1', 'kernel[axis]'],
      'a window too many fits': [
        'Math.ceil((size - reach + 1) / stride)',
        'Math.ceil((size - reach + stride) / stride) + 1',
      ],
      'strides are swapped': [
        "positive(call, 'strideHeight', 'strideWidth')",
        "positive(call, 'strideWidth', 'strideHeight')",
      ],
    },
  },
  'lowering/activation': {
    models: /conv_2d_|relu/,
    rewrites: {
      'RELU_N1_TO_1 is clipped at 0': ['build.floats(-1)', 'build.floats(0)'],
      'RELU6 is not clipped above': ['build.floats(6)', 'build.floats(60)'],
    },
  },
  'lowering/options': {
    models: /valid|pool|matmul|resize/,
    rewrites: {
      'the strides of convolutions are swapped': [
        "strideWidth: [1, 'int32'] as Field",
        "strideWidth: [2, 'int32'] as Field",
      ],
      'the filter of a pooling is turned': [
        "width: [3, 'int32'], height: [4, 'int32']",
        "width: [4, 'int32'], height: [3, 'int32']",
      ],
      'the second operand is never transposed': ["adjointY: [1, 'bool']", "adjointY: [2, 'bool']"],
      'sizes are interpolated as without half pixels': [
        "alignCorners: [2, 'bool'], halfPixelCenters: [3, 'bool']",
        "alignCorners: [2, 'bool'], halfPixelCenters: [4, 'bool']",
      ],
    },
  },
  'lowering/aligned': {
    models: /add/,
    rewrites: {
      'channels are added to columns': [
        '[...Array<number>(missing).fill(1), ...x.dims]',
        '[...x.dims, ...Array<number>(missing).fill(1)]',
      ],
    },
  },
  '../sliceOfAxis': {
    models: /slice/,
    rewrites: {
      'an end from the end is not counted': ['Math.max(low, at < 0 ? at + size : at)', 'Math.max(low, at)'],
      'a backward slice begins at the wrong end': [
        'begin === undefined ? (step > 0 ? low : high)',
        'begin === undefined ? (step > 0 ? high : low)',
      ],
    },
  },
  'lowering/parts': {
    models: /slice/,
    rewrites: {
      'an axis is added at the end': ['given.push(1);', 'given.unshift(1);'],
      'a size of -1 is all of the axis': ['sizes[axis] === -1 ? size - start', 'sizes[axis] === -1 ? size'],
    },
  },
  'lowering/call': {
    models: /conv/,
    rewrites: {
      'lists stay in the order of the file': ['channelsFirst ? [images, channels, height, width] : numbers', 'numbers'],
    },
  },
  'lowering/values': {
    models: /dequantize/,
    rewrites: {
      'a zero point is added': ['const step = number - (', 'const step = number + ('],
    },
  },
  'lowering/rules/linear': {
    models: /conv|fully/,
    rewrites: {
      'weights are turned': [
        'const weights = call.build.transpose(kernel.value, [0, 3, 1, 2]);',
        'const weights = call.build.transpose(kernel.value, [0, 3, 2, 1]);',
      ],
      'groups are swapped in depthwise weights': [
        "[one, height, width, outputs] = shapeOf(kernel, 'weights')",
        "[one, width, height, outputs] = shapeOf(kernel, 'weights')",
      ],
      'what is missing at the end is left out': ['output_padding: missing', 'output_padding: [0, 0]'],
      'the bias of rows is left out': ['valuesOf(row, kernel.value, bias?.value)', 'valuesOf(row, kernel.value)'],
    },
  },
  'lowering/rules/pooling': {
    models: /pool/,
    rewrites: {
      'padding counts': ['count_include_pad: 0', 'count_include_pad: 1'],
    },
  },
  'lowering/rules/reductions': {
    models: /mean|sum/,
    rewrites: {
      'an axis stays where it should go': ['axes.includes(3) || (axes', 'axes.includes(1) || (axes'],
      'a sum is a mean': ["SUM: reduced('ReduceSum')", "SUM: reduced('ReduceMean')"],
    },
  },
  'lowering/rules/resize': {
    models: /resize/,
    rewrites: {
      'corners are rounded down': ["Math.floor(coordinates === 'align_corners' ? at + 0.5 : at)", 'Math.floor(at)'],
      'centers are left out': ["coordinates === 'half_pixel' ? 0.5 : 0", '0'],
    },
  },
  'lowering/rules/shapes': {
    models: /transpose|space/,
    rewrites: {
      'an image is taken for one with its channels first': ["const toLast = '0,2,3,1'", "const toLast = '0,2,1,3'"],
      'blocks are put in another order': [
        '...axes.map((axis) => 2 * axis + 2), 0',
        '...axes.map((axis) => 2 * axis + 2).reverse(), 0',
      ],
    },
  },
  'lowering/rules/normalization': {
    models: /normalization/,
    rewrites: {
      'the factor is not that of all channels': ["call.option('alpha') * size", "call.option('alpha')"],
    },
  },
  'lowering/rules/padding': {
    models: /pad/,
    rewrites: {
      'both ends are swapped': ['listed[2 * axis + side]', 'listed[2 * axis + 1 - side]'],
      'a mirror repeats the border': ["return padded(call, 'reflect')", "return padded(call, 'edge')"],
    },
  },
  'lowering/rules/arithmetic': {
    models: /mod|rsqrt/,
    rewrites: {
      'a remainder has the sign of the dividend': [
        "return call.build.sub(a, call.build.mul(b, call.build.op('Floor', [call.build.div(a, b)])));",
        "return call.build.op('Mod', [a, b]);",
      ],
      'a root is no reciprocal': [
        "RSQRT: unary((x, { build }) => build.op('Reciprocal', [build.op('Sqrt', [x])]))",
        "RSQRT: unary((x, { build }) => build.op('Sqrt', [x]))",
      ],
    },
  },
  'lowering/rules/activations': {
    models: /relu|gelu/,
    rewrites: {
      'a slope is lost': ["alpha: float(call.option('alpha'))", 'alpha: float(0.01)'],
      'GELU is always approximate': ["call.option('approximate') === 1", 'true'],
    },
  },
  stored: {
    models: /dequantize/,
    rewrites: {
      'halves of bytes are swapped': ['index % 2 === 0 ? byte << 28', 'index % 2 === 1 ? byte << 28'],
    },
  },
};
