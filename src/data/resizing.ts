import { UserError } from '../userError.ts';
import type { ImageShape } from './image.ts';
import { type Interpolation, type Raster, resample } from './resample.ts';

/** How images are resized for a model of any size. */
export interface Resizing {
  /**
   * `stretch`: both sides to those of the model. Otherwise the length of the shorter side before the center is cut out:
   * in pixels, or as a multiple of the model's longer side.
   */
  readonly resize: 'stretch' | number | { readonly ratio: number };
  /** Side of the center that is cut out, if stated: it must be the model's. */
  readonly crop?: number;
  readonly interpolation: Interpolation;
}

/** Stretched to the size of the model. */
export const stretching: Resizing = { resize: 'stretch', interpolation: 'lanczos' };

/** How images are resized for one model: `resize` is in pixels. */
export interface Fit {
  readonly resize: 'stretch' | number;
  readonly interpolation: Interpolation;
}

/**
 * What a resizing means for a model that takes images of this shape.
 * @throws UserError when the center to cut out is not the model's size, or the shorter side is too short for it.
 */
export function fitTo({ height, width }: ImageShape, { resize, crop, interpolation }: Resizing): Fit {
  const size = `${height} × ${width}`;
  const where = 'in the preprocessing of this model';
  if (crop !== undefined && (crop !== height || crop !== width)) {
    const remedy =
      height === width ? `Make it ${height}, or remove it.` : 'Remove it: the size follows from the model.';
    throw new UserError(`"crop" is ${crop} ${where}, which takes images of ${size}. ${remedy}`);
  }
  if (resize === 'stretch') return { resize, interpolation };
  const longer = Math.max(height, width);
  const shorterSide = typeof resize === 'number' ? resize : Math.round(longer * resize.ratio);
  if (shorterSide < longer) {
    throw new UserError(
      `"resize" is ${shorterSide} ${where}, which takes images of ${size}. Make it ${longer} or more, or "stretch".`,
    );
  }
  return { resize: shorterSide, interpolation };
}

/** Resizes an image for a model, as torchvision's `Resize` and `CenterCrop` do. */
export function resizeTo({ height, width }: ImageShape, image: Raster, { resize, interpolation }: Fit): Raster {
  if (resize === 'stretch') return resample(image, width, height, interpolation);
  const shorter = Math.min(image.width, image.height);
  // The longer side is rounded down.
  const scaled = (side: number) => (side === shorter ? resize : Math.trunc((resize * side) / shorter));
  return cutCenter(resample(image, scaled(image.width), scaled(image.height), interpolation), width, height);
}

function cutCenter({ data, ...from }: Raster, width: number, height: number): Raster {
  const left = halfToEven(from.width - width);
  const top = halfToEven(from.height - height);
  const rows = Array.from({ length: height }, (_, y) => {
    const start = ((top + y) * from.width + left) * 3;
    return data.subarray(start, start + width * 3);
  });
  return { data: Buffer.concat(rows), width, height };
}

/** Half of a whole number, rounded as in Python: ties go to the even number. */
function halfToEven(doubled: number): number {
  const below = Math.floor(doubled / 2);
  return doubled % 2 === 0 || below % 2 === 0 ? below : below + 1;
}
