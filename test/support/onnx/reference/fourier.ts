import { intAttribute } from '../../../../src/models/onnx/graph/graph.ts';
import type { Operator } from './operator.ts';
import { at, fill, fromEnd, given } from './tensor.ts';

export const fourier: Readonly<Record<string, Operator>> = {
  /** Σₜ xₜ e^(∓2πi k t / n), divided by n for the inverse. The default axis of either version is the same in three axes. */
  DFT: ([input, length, axisInput], node) => {
    const x = given(input);
    const axis = fromEnd(axisInput?.data[0] ?? intAttribute(node, 'axis', -2), x.dims.length);
    const inverse = intAttribute(node, 'inverse', 0) === 1;
    const n = length?.data[0] ?? (x.dims[axis] as number);
    const count = intAttribute(node, 'onesided', 0) ? Math.floor(n / 2) + 1 : n;
    const last = x.dims.length - 1;
    const isComplex = x.dims[last] === 2;
    return [
      fill(x.dims.with(axis, count).with(last, 2), (index) => {
        let sum = 0;
        for (let t = 0; t < Math.min(n, x.dims[axis] as number); t++) {
          const angle = ((inverse ? 2 : -2) * Math.PI * (index[axis] as number) * t) / n;
          const real = at(x, index.with(axis, t).with(last, 0));
          const imaginary = isComplex ? at(x, index.with(axis, t).with(last, 1)) : 0;
          sum +=
            index[last] === 0
              ? real * Math.cos(angle) - imaginary * Math.sin(angle)
              : real * Math.sin(angle) + imaginary * Math.cos(angle);
        }
        return inverse ? sum / n : sum;
      }),
    ];
  },
};
