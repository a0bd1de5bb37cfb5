import { CannotLower } from '../../../cannotLower.ts';
import type { Dim } from '../../program.ts';
import type { Call, Rule } from '../call.ts';

const interpolations = ['bilinear', 'nearest', 'bicubic'];
const paddings = ['zeros', 'border', 'reflection'];

/** Where a transformer of images looks (Jaderberg et al. 2015): [images, height, width, 2], in [−1, 1]. */
function affineGrid(call: Call): string {
  const { build } = call;
  const [images = 1, , ...sides] = call.dimsIn('size');
  const [height = 1, width = 1, ...others] = call.fixed(sides);
  if (others.length > 0) throw new CannotLower('it is for volumes');
  const along = (count: number) => {
    // From the centers of the pixels at both ends, or from their outer borders.
    const end = call.flag('align_corners') ? 1 : (count - 1) / count;
    return Array.from({ length: count }, (_, i) => (count === 1 ? 0 : (2 * i * end) / (count - 1) - end));
  };
  const [rows, columns] = [along(height), along(width)];
  const points = rows.flatMap((y) => columns.flatMap((x) => [x, y, 1]));
  const product = build.op('MatMul', [
    build.floats(points, [height * width, 3]),
    build.transpose(call.tensor('theta').value, [0, 2, 1]),
  ]);
  return call.reshape(product, [images, height, width, 2]);
}

const gridSample: Rule = (call) => {
  if (call.rank !== 4) throw new CannotLower('it is for volumes');
  return call.build.op('GridSample', [call.x, call.tensor('grid').value], {
    mode: interpolations[call.number('interpolation_mode')] as string,
    padding_mode: paddings[call.number('padding_mode')] as string,
    align_corners: call.flag('align_corners') ? 1 : 0,
  });
};

/** Windows of an axis, whose elements come last. */
const unfolded: Rule = (call) => {
  const { build } = call;
  const axis = call.axis('dimension');
  const [length] = call.fixed([call.dims[axis] as Dim]) as [number];
  const [size, step] = [call.number('size'), call.number('step')];
  const count = Math.floor((length - size) / step) + 1;
  const places = Array.from({ length: count * size }, (_, i) => step * Math.floor(i / size) + (i % size));
  const windows = build.op('Gather', [call.x, build.reshape(build.ints(places), [count, size])], { axis });
  const order = Array.from({ length: call.rank + 1 }, (_, each) => each).filter((each) => each !== axis + 1);
  return build.transpose(windows, [...order, axis + 1]);
};

function windows(call: Call) {
  const [kernel, dilations, padding, strides] = ['kernel_size', 'dilation', 'padding', 'stride'].map((name) =>
    call.perAxis(name, 2),
  ) as [number[], number[], number[], number[]];
  return { kernel, dilations, strides, pads: [...padding, ...padding] };
}

/** Windows of an image as columns: a convolution with one filter for each place in the window. */
const columns: Rule = (call) => {
  const { kernel, ...others } = windows(call);
  const [images = 1, ...rest] = call.dims;
  const [channels = 0] = call.fixed(rest);
  const [height = 1, width = 1] = kernel;
  const places = height * width;
  const filters = new Float32Array(channels * places * places);
  for (let i = 0; i < channels * places; i++) filters[i * places + (i % places)] = 1;
  const weight = call.build.floats(filters, [channels * places, 1, height, width]);
  const found = call.build.op('Conv', [call.x, weight], { kernel_shape: kernel, group: channels, ...others });
  return call.reshape(found, [images, channels * places, call.result.dims[2] as Dim]);
};

/** The sum of windows, each put back in its place. */
const folded: Rule = (call) => {
  const { kernel, ...others } = windows(call);
  const sizes = [call.numbers('output_size'), kernel].map((size) => call.build.ints(size));
  return call.build.op('Col2Im', [call.x, ...sizes], others);
};

/** Numbers of images at other places than their own. */
export const sampling: Readonly<Record<string, Rule>> = {
  affine_grid_generator: affineGrid,
  grid_sampler: gridSample,
  grid_sampler_2d: gridSample,
  unfold: unfolded,
  unfold_copy: unfolded,
  im2col: columns,
  col2im: folded,
};
