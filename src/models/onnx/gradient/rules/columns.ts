import { elementCount, intsAttribute } from '../../graph/graph.ts';
import { NotDifferentiable, type Rule } from '../rule.ts';

/** Columns of windows that are added into an image. */
export const columns: Readonly<Record<string, Rule>> = {
  /** Each column gets the window of dy that it was added to: a convolution whose kernels are the unit vectors. */
  Col2Im: ({ node, dy, inputs: [x = '', image, block], wanted, shape, numbers, build }) => {
    if (!wanted[0]) return [];
    const [sides, kernel] = [numbers(image), numbers(block)];
    if (sides === undefined || kernel === undefined) throw new NotDifferentiable('its sizes are not known in advance');
    const [images = 1, rows = 1] = shape(x);
    const size = elementCount(kernel);
    const ofWindow = build.reshape(build.op('EyeLike', [build.zeros([size, size])]), [size, 1, ...kernel]);
    const windows = build.op('Conv', [build.reshape(dy, [(images * rows) / size, 1, ...sides]), ofWindow], {
      kernel_shape: kernel,
      strides: intsAttribute(node, 'strides') ?? kernel.map(() => 1),
      dilations: intsAttribute(node, 'dilations') ?? kernel.map(() => 1),
      pads: intsAttribute(node, 'pads') ?? [...kernel, ...kernel].map(() => 0),
    });
    return [build.reshape(windows, shape(x))];
  },
};
