import { CannotLower } from '../../../cannotLower.ts';
import { float } from '../../../onnx/graph/graphBuilder.ts';
import type { Call, Rule } from '../call.ts';
import { imagesIn, imagesOf } from '../windows.ts';

type Mode = 'nearest' | 'linear' | 'cubic';

/** Where the pixels of the result lie among those that are given: ONNX has names for the three ways of TensorFlow. */
function coordinates(call: Call): 'align_corners' | 'half_pixel' | 'asymmetric' {
  if (call.flag('align_corners')) return 'align_corners';
  return call.flag('half_pixel_centers') ? 'half_pixel' : 'asymmetric';
}

/** Interpolation to the size that the second input states. */
const resized =
  (mode: Mode): Rule =>
  (call) => {
    const images = imagesIn(call);
    const sides = call.numbers(1) as [number, number];
    if (sides.length !== 2 || sides.some((size) => size < 1)) throw new CannotLower('its size is not that of images');
    const where = coordinates(call);
    const attributes = {
      mode,
      coordinate_transformation_mode: where,
      ...(mode === 'nearest' && { nearest_mode: where === 'asymmetric' ? 'floor' : 'round_prefer_ceil' }),
      // Keys' cubic if pixels have centers, an older one if not.
      ...(mode === 'cubic' && where === 'half_pixel' && { cubic_coeff_a: float(-0.5), exclude_outside: 1 }),
    };
    const scales = sides.map((size, axis) => size / (images.sides[axis] as number));
    // Sizes are exact where scales would be rounded; but only scales let the batch be widened.
    const isExact = scales.every((scale) => Math.fround(scale) === scale);
    // All axes are named: ONNX Runtime 1.30 moves transpositions past a Resize with some, and then finds no sizes.
    const target = isExact
      ? ['', call.build.floats([1, 1, ...scales])]
      : ['', '', call.shapeValue([images.count, images.channels, ...sides])];
    const value = call.build.op('Resize', [images.value, ...target], attributes);
    const type = mode === 'nearest' ? call.x.type : 'float32';
    return imagesOf(call, { ...images, value, sides }, type);
  };

/** Images of another size. */
export const resize: Readonly<Record<string, Rule>> = {
  ResizeNearestNeighbor: resized('nearest'),
  ResizeBilinear: resized('linear'),
  ResizeBicubic: resized('cubic'),
};
