import { CannotLower } from '../../../cannotLower.ts';
import { float } from '../../../onnx/graph/graphBuilder.ts';
import type { Call, Rule } from '../call.ts';

interface Interpolation {
  readonly mode: 'nearest' | 'linear' | 'cubic';
  /** Averages when it makes smaller. */
  readonly antialias?: boolean;
}

/** Interpolation to the size of the result. */
const resized =
  ({ mode, antialias = false }: Interpolation): Rule =>
  (call) => {
    const { build } = call;
    const attributes = {
      mode,
      coordinate_transformation_mode:
        mode === 'nearest' ? 'asymmetric' : call.flag('align_corners') ? 'align_corners' : 'half_pixel',
      ...(mode === 'nearest' && { nearest_mode: 'floor' }),
      ...(mode === 'cubic' && { cubic_coeff_a: float(antialias ? -0.5 : -0.75) }),
      ...(antialias && { antialias: 1 }),
    };
    const [before, after] = [call.dims, call.result.dims].map((dims) => call.fixed(dims.slice(2))) as [
      number[],
      number[],
    ];
    const scales = statedScales(call) ?? after.map((size, axis) => size / (before[axis] as number));
    if (call.rank !== 4 || before.length !== 2) throw new CannotLower('it is not of images');
    // Sizes are exact where scales would be rounded; they would have to name the batch if they named all axes.
    const isExact = scales.every((scale) => Math.fround(scale) === scale);
    return isExact || statedScales(call)
      ? build.op('Resize', [call.x, '', build.floats([1, 1, ...scales])], attributes)
      : build.op('Resize', [call.x, '', '', build.ints(after)], { ...attributes, axes: [2, 3] });
  };

/** Factors that the program states, by which PyTorch then interpolates rather than by the sizes. */
function statedScales(call: Call): readonly number[] | undefined {
  if (call.has('scale_factors')) return call.numbers('scale_factors');
  return call.has('scales_h') && call.has('scales_w') ? [call.number('scales_h'), call.number('scales_w')] : undefined;
}

/** Images of another size. */
export const resize: Readonly<Record<string, Rule>> = {
  upsample_nearest2d: resized({ mode: 'nearest' }),
  upsample_bilinear2d: resized({ mode: 'linear' }),
  upsample_bicubic2d: resized({ mode: 'cubic' }),
  _upsample_bilinear2d_aa: resized({ mode: 'linear', antialias: true }),
  _upsample_bicubic2d_aa: resized({ mode: 'cubic', antialias: true }),
};
