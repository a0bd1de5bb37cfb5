import { CannotLower } from '../../../cannotLower.ts';
import type { Call, Lowered, Rule } from '../call.ts';

/** Where the centers of pixels are. */
type Coordinates = 'align_corners' | 'half_pixel' | 'asymmetric';

function coordinatesOf(call: Call): Coordinates {
  const [aligns, hasHalves] = [call.option('alignCorners'), call.option('halfPixelCenters')];
  if (aligns && hasHalves) throw new CannotLower('it aligns both corners and centers');
  return aligns ? 'align_corners' : hasHalves ? 'half_pixel' : 'asymmetric';
}

/** Height and width before, and those of the result. */
function sizesOf(call: Call): readonly [before: readonly number[], after: readonly number[]] {
  const [before, after] = [call.x.dims.slice(1, 3), call.numbers(1)];
  if (after.length === 2 && [...before, ...after].every((size) => size > 0)) return [before, after];
  throw new CannotLower('it is not of images');
}

/**
 * A factor that ONNX Runtime makes the size of. (Sizes themselves would have to name the batch: stated for some axes, its
 * optimizer loses them where it moves a transpose.)
 */
function factor(before: number, after: number): number {
  const bits = new DataView(new ArrayBuffer(4));
  bits.setFloat32(0, after / before);
  while (Math.floor(Math.fround(bits.getFloat32(0) * before)) < after) bits.setUint32(0, bits.getUint32(0) + 1);
  return bits.getFloat32(0);
}

function bilinear(call: Call): Lowered {
  const { x, build } = call;
  const [before, after] = sizesOf(call);
  const factors = before.map((size, axis) => factor(size, after[axis] as number));
  const value = build.op('Resize', [call.first(x), '', build.floats([1, 1, ...factors])], {
    mode: 'linear',
    coordinate_transformation_mode: coordinatesOf(call),
  });
  return call.giveImage(value, [x.dims[0] as number, ...after, x.dims[3] as number]);
}

/** The pixels that are nearest along one axis, in float32 as TensorFlow Lite finds them. */
function nearestAlong(before: number, after: number, coordinates: Coordinates): number[] {
  const isAligned = coordinates === 'align_corners' && after > 1;
  const scale = Math.fround(isAligned ? (before - 1) / (after - 1) : before / after);
  const shift = coordinates === 'half_pixel' ? 0.5 : 0;
  return Array.from({ length: after }, (_, index) => {
    const at = Math.fround((index + shift) * scale);
    return Math.min(before - 1, Math.floor(coordinates === 'align_corners' ? at + 0.5 : at));
  });
}

function nearest(call: Call): Lowered {
  const { x, build } = call;
  const [before, after] = sizesOf(call);
  const coordinates = coordinatesOf(call);
  const value = [0, 1].reduce((rows, axis) => {
    const indices = nearestAlong(before[axis] as number, after[axis] as number, coordinates);
    return build.op('Gather', [rows, build.ints(indices)], { axis: axis + 2 });
  }, call.first(x));
  return call.giveImage(value, [x.dims[0] as number, ...after, x.dims[3] as number]);
}

/** Images of another size. */
export const resize: Readonly<Record<string, Rule>> = {
  RESIZE_BILINEAR: bilinear,
  RESIZE_NEAREST_NEIGHBOR: nearest,
};
