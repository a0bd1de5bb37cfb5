import type { AttributeValue } from '../../../onnx/graph/graphBuilder.ts';
import type { Call, Lowered, Rule } from '../call.ts';
import { CannotLower } from '../cannotLower.ts';

type Attributes = Readonly<Record<string, AttributeValue>>;

/** Images of the size of the result. */
function resized(call: Call, attributes: Attributes): Lowered {
  const { x, build } = call;
  const [images = 0, , , channels = 0] = x.dims;
  const [, ...sizes] = call.result.dims.slice(0, 3);
  if (sizes.length !== 2) throw new CannotLower('it is not of images');
  const value = build.op('Resize', [call.first(x), '', '', build.ints(sizes)], { ...attributes, axes: [2, 3] });
  return call.giveImage(value, [images, ...sizes, channels]);
}

/** Where the centers of pixels are. */
function coordinates(call: Call): 'align_corners' | 'half_pixel' | 'asymmetric' {
  const [aligns, hasHalves] = [call.option('alignCorners'), call.option('halfPixelCenters')];
  if (aligns && hasHalves) throw new CannotLower('it aligns both corners and centers');
  return aligns ? 'align_corners' : hasHalves ? 'half_pixel' : 'asymmetric';
}

/** Images of another size. */
export const resize: Readonly<Record<string, Rule>> = {
  RESIZE_BILINEAR: (call) => resized(call, { mode: 'linear', coordinate_transformation_mode: coordinates(call) }),
  RESIZE_NEAREST_NEIGHBOR: (call) => {
    const mode = coordinates(call);
    // The pixel that a center falls into, or the nearest to a corner.
    const nearest = mode === 'asymmetric' ? 'floor' : 'round_prefer_ceil';
    return resized(call, { mode: 'nearest', coordinate_transformation_mode: mode, nearest_mode: nearest });
  },
};
