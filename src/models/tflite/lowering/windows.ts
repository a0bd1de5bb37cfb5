import { CannotLower } from '../../cannotLower.ts';
import { samePadding } from '../../samePadding.ts';
import type { Call } from './call.ts';

/** Height and width. */
export type Size = readonly [height: number, width: number];

/** Windows that move over images. */
export interface Windows {
  /** Attributes of ONNX's operators, with the pads of all beginnings, then of all ends. */
  readonly attributes: {
    readonly kernel_shape: Size;
    readonly strides: Size;
    readonly dilations: Size;
    readonly pads: readonly number[];
  };
  /** How many windows there are. */
  readonly count: Size;
}

const same = 0;
const valid = 1;
/** More than any window moves or reaches. */
const most = 2 ** 16;

/** The windows of a call. "SAME" gives one for each stride. */
export function windowsOf(call: Call, { dims }: { readonly dims: readonly number[] }, kernel: Size): Windows {
  const padding = call.option('padding');
  const strides = positive(call, 'strideHeight', 'strideWidth');
  const dilations = positive(call, 'dilationHeight', 'dilationWidth');
  if (padding !== same && padding !== valid) throw new CannotLower(`its padding ${padding} is not known`);
  const axes = ([0, 1] as const).map((axis) => {
    const [size, stride] = [dims[axis + 1] as number, strides[axis]];
    const reach = (kernel[axis] - 1) * dilations[axis] + 1;
    const count = padding === same ? Math.ceil(size / stride) : Math.ceil((size - reach + 1) / stride);
    if (!(reach > 0) || !(count > 0))
      throw new CannotLower(`windows of ${kernel.join(' × ')} do not fit in its images`);
    return { count, ...(padding === same ? samePadding(size, stride, reach) : { before: 0, after: 0 }) };
  });
  const of = (side: 'count' | 'before' | 'after') => axes.map((axis) => axis[side]) as unknown as Size;
  return {
    attributes: { kernel_shape: kernel, strides, dilations, pads: [...of('before'), ...of('after')] },
    count: of('count'),
  };
}

function positive(call: Call, height: string, width: string): Size {
  // Operators that have no such option step and dilate by 1.
  const sizes = [height, width].map((name) => (call.hasOption(name) ? call.option(name) : 1)) as unknown as Size;
  if (sizes.every((size) => size >= 1 && size <= most)) return sizes;
  throw new CannotLower(`its ${height} and ${width} are ${sizes.join(' and ')}`);
}
