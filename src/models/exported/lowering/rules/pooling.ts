import { CannotLower } from '../../../cannotLower.ts';
import type { Call, Rule } from '../call.ts';

interface Windows {
  readonly kernel_shape: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** All beginnings, then all ends. */
  readonly pads: readonly number[];
}

/**
 * The windows of a pooling. With `ceil_mode` the last of them may reach beyond the padding, which is written as more of it.
 */
function windowsOf(call: Call, axes: number): Windows {
  const kernel = call.perAxis('kernel_size', axes);
  // Stated as an empty list, it is the size of the windows.
  const strides = call.has('stride') && call.numbers('stride').length > 0 ? call.perAxis('stride', axes) : kernel;
  const dilations = call.perAxis('dilation', axes, 1);
  const padding = call.perAxis('padding', axes, 0);
  const [inputs, outputs] = [call.dims, call.result.dims].map((dims) => call.fixed(dims.slice(-axes)));
  const ends = padding.map((pad, axis) => {
    const at = (list: readonly number[] | undefined) => list?.[axis] ?? 0;
    const reach = (at(outputs) - 1) * at(strides) + at(dilations) * (at(kernel) - 1) + 1;
    return Math.max(pad, reach - at(inputs) - pad);
  });
  return { kernel_shape: kernel, strides, dilations, pads: [...padding, ...ends] };
}

const maxPool =
  (axes: number): Rule =>
  (call) =>
    call.build.op('MaxPool', [call.x], { ...windowsOf(call, axes) });

const averagePool =
  (axes: number): Rule =>
  (call) => {
    if (call.has('divisor_override')) throw new CannotLower('it divides by a number of its own');
    const { dilations: _, ...windows } = windowsOf(call, axes);
    const padding = call.perAxis('padding', axes, 0);
    const isPadded = padding.some((pad) => pad > 0);
    const reachesBeyond = windows.pads.slice(axes).some((end, axis) => end > (padding[axis] as number));
    const counts = call.flag('count_include_pad', true);
    if (isPadded && reachesBeyond && counts) throw new CannotLower('its windows reach beyond their padding');
    return call.build.op('AveragePool', [call.x], { ...windows, count_include_pad: isPadded && counts ? 1 : 0 });
  };

/** Windows of equal size, if they divide the image. */
function evenWindows(call: Call, axes: number): { kernel_shape: number[]; strides: number[] } | undefined {
  const [inputs = [], outputs = []] = [call.dims, call.result.dims].map((dims) => call.fixed(dims.slice(-axes)));
  if (inputs.some((size, axis) => size % (outputs[axis] as number) !== 0)) return undefined;
  const kernel = inputs.map((size, axis) => size / (outputs[axis] as number));
  return { kernel_shape: kernel, strides: kernel };
}

const adaptiveAverage =
  (axes: number): Rule =>
  (call) => {
    const { build } = call;
    const outputs = call.fixed(call.result.dims.slice(-axes));
    if (outputs.every((size) => size === 1) && call.rank === axes + 2) return build.op('GlobalAveragePool', [call.x]);
    const windows = evenWindows(call, axes);
    if (windows?.kernel_shape.every((size) => size === 1)) return build.op('Identity', [call.x]);
    if (windows) return build.op('AveragePool', [call.x], windows);
    // Windows of different sizes: averages are products with a matrix along each axis.
    const inputs = call.fixed(call.dims.slice(-axes));
    const [last = 1, above] = [...inputs].reverse();
    const [lastOut = 1, aboveOut = 1] = [...outputs].reverse();
    const columns = build.transpose(build.floats(averages(last, lastOut), [lastOut, last]), [1, 0]);
    const narrow = build.op('MatMul', [call.x, columns]);
    if (above === undefined) return narrow;
    return build.op('MatMul', [build.floats(averages(above, aboveOut), [aboveOut, above]), narrow]);
  };

/** The rows of a matrix that takes the mean of each window, from ⌊i n / m⌋ to ⌈(i + 1) n / m⌉. */
function averages(inputs: number, outputs: number): number[] {
  return Array.from({ length: outputs }, (_, row) => {
    const [start, end] = [Math.floor((row * inputs) / outputs), Math.ceil(((row + 1) * inputs) / outputs)];
    return Array.from({ length: inputs }, (_, column) => (column >= start && column < end ? 1 / (end - start) : 0));
  }).flat();
}

const adaptiveMax =
  (axes: number): Rule =>
  (call) => {
    const windows = evenWindows(call, axes);
    if (windows === undefined) throw new CannotLower('its windows are of different sizes');
    return [call.build.op('MaxPool', [call.x], windows)];
  };

/** Pooling over windows, which may overlap, or over everything. */
export const pooling: Readonly<Record<string, Rule>> = {
  max_pool1d: maxPool(1),
  max_pool2d: maxPool(2),
  max_pool2d_with_indices: (call) => [maxPool(2)(call) as string],
  avg_pool1d: averagePool(1),
  avg_pool2d: averagePool(2),
  adaptive_avg_pool1d: adaptiveAverage(1),
  adaptive_avg_pool2d: adaptiveAverage(2),
  _adaptive_avg_pool2d: adaptiveAverage(2),
  adaptive_max_pool1d: adaptiveMax(1),
  adaptive_max_pool2d: adaptiveMax(2),
};
