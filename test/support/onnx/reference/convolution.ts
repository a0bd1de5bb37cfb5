import { intAttribute, intsAttribute, type Node, stringAttribute } from '../../../../src/models/onnx/graph/graph.ts';
import type { Operator } from './operator.ts';
import { at, fill, given, indices, offset, tensor } from './tensor.ts';
import { isInside, windowsOf } from './windows.ts';

export const convolution: Readonly<Record<string, Operator>> = {
  Conv: ([input, weights, bias], node) => {
    const [x, w] = [given(input), given(weights)];
    const [outputs = 0, perGroup = 0, ...kernel] = w.dims;
    const [images = 0, , ...spatial] = x.dims;
    const outputsPerGroup = outputs / intAttribute(node, 'group', 1);
    const windows = windowsOf(node, spatial, kernel);
    return [
      fill([images, outputs, ...windows.dims], ([image = 0, output = 0, ...window]) => {
        const first = Math.floor(output / outputsPerGroup) * perGroup;
        let sum = bias?.data[output] ?? 0;
        for (const step of windows.offsets) {
          const position = windows.position(window, step);
          if (!isInside(position, spatial)) continue;
          for (let c = 0; c < perGroup; c++) {
            sum += at(x, [image, first + c, ...position]) * at(w, [output, c, ...step]);
          }
        }
        return sum;
      }),
    ];
  },
  /** Every element of the input adds its multiple of the kernels to the output. */
  ConvTranspose: ([input, weights, bias], node) => {
    const [x, w] = [given(input), given(weights)];
    const [inputs = 0, perGroup = 0, ...kernel] = w.dims;
    const [images = 0, , ...spatial] = x.dims;
    const groups = intAttribute(node, 'group', 1);
    const { dims, before, strides, dilations } = spreadOf(node, spatial, kernel);
    const outputDims = [images, perGroup * groups, ...dims];
    const y = new Float64Array(outputDims.reduce((a, b) => a * b, 1));
    for (const [image = 0, c = 0, ...from] of indices(x.dims)) {
      const first = Math.floor(c / (inputs / groups)) * perGroup;
      for (const step of indices(kernel)) {
        const to = step.map(
          (k, i) => (from[i] as number) * (strides[i] as number) + k * (dilations[i] as number) - (before[i] as number),
        );
        if (!isInside(to, dims)) continue;
        for (let m = 0; m < perGroup; m++) {
          const target = offset(outputDims, [image, first + m, ...to]);
          y[target] = (y[target] as number) + at(x, [image, c, ...from]) * at(w, [c, m, ...step]);
        }
      }
    }
    const sums = tensor(outputDims, y);
    return [fill(outputDims, (index) => at(sums, index) + (bias?.data[index[1] as number] ?? 0))];
  },
};

/** Sizes and pads of ConvTranspose as the standard has them. */
function spreadOf(node: Node, input: readonly number[], kernel: readonly number[]) {
  const ints = (name: string, missing: number) =>
    intsAttribute(node, name) ?? [...kernel, ...kernel].map(() => missing);
  const [strides, dilations] = [ints('strides', 1), ints('dilations', 1)];
  const autoPad = stringAttribute(node, 'auto_pad', 'NOTSET');
  const wanted = intsAttribute(node, 'output_shape')?.slice(-input.length);
  const along = input.map((size, i) => {
    const stride = strides[i] as number;
    const covered =
      stride * (size - 1) +
      (ints('output_padding', 0)[i] as number) +
      ((kernel[i] as number) - 1) * (dilations[i] as number) +
      1;
    if (wanted || autoPad.startsWith('SAME')) {
      const output = wanted?.[i] ?? size * stride;
      const total = Math.max(0, covered - output);
      return { output, before: autoPad === 'SAME_UPPER' ? Math.floor(total / 2) : total - Math.floor(total / 2) };
    }
    const before = autoPad === 'VALID' ? 0 : (ints('pads', 0)[i] as number);
    const after = autoPad === 'VALID' ? 0 : (ints('pads', 0)[i + input.length] as number);
    return { output: covered - before - after, before };
  });
  return { dims: along.map(({ output }) => output), before: along.map(({ before }) => before), strides, dilations };
}
