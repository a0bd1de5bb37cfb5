import { levels } from '../../data/grid.ts';

/** An image in CIE Lab, scaled as for 8-bit images: lightness from 0 to 255, and a and b of each pixel interleaved. */
export interface Lab {
  readonly lightness: Float64Array;
  readonly color: Float64Array;
}

/** Linear RGB to XYZ relative to the white point D65 (ITU-R BT.709): the rows are divided by its X, Y and Z. */
const toXyz = [
  [0.412453 / 0.950456, 0.35758 / 0.950456, 0.180423 / 0.950456],
  [0.212671, 0.71516, 0.072169],
  [0.019334 / 1.088754, 0.119193 / 1.088754, 0.950227 / 1.088754],
] as const;
const fromXyz = inverse(toXyz);
const lightnessScale = levels / 100;
/** Below this, a line replaces the cube root. */
const kink = 6 / 29;

/** Lab of RGB levels (0 to 255, interleaved), treated as linear, as in OpenCV's denoising. */
export function toLab(rgb: Float64Array): Lab {
  const pixels = rgb.length / 3;
  const [lightness, color] = [new Float64Array(pixels), new Float64Array(2 * pixels)];
  for (let i = 0; i < pixels; i++) {
    const [x, y, z] = times(toXyz, rgb, 3 * i).map((value) => compress(value / levels)) as [number, number, number];
    lightness[i] = (116 * y - 16) * lightnessScale;
    color[2 * i] = 500 * (x - y);
    color[2 * i + 1] = 200 * (y - z);
  }
  return { lightness, color };
}

/** The inverse: RGB levels, not rounded, and possibly outside 0 to 255. */
export function toRgb({ lightness, color }: Lab): Float64Array {
  const rgb = new Float64Array(3 * lightness.length);
  for (let i = 0; i < lightness.length; i++) {
    const y = ((lightness[i] as number) / lightnessScale + 16) / 116;
    const x = y + (color[2 * i] as number) / 500;
    const z = y - (color[2 * i + 1] as number) / 200;
    rgb.set(
      times(
        fromXyz,
        [x, y, z].map((value) => expand(value) * levels),
        0,
      ),
      3 * i,
    );
  }
  return rgb;
}

function compress(t: number): number {
  return t > kink ** 3 ? Math.cbrt(t) : t / (3 * kink * kink) + 4 / 29;
}

function expand(u: number): number {
  return u > kink ? u ** 3 : 3 * kink * kink * (u - 4 / 29);
}

type Matrix = readonly (readonly [number, number, number])[];

function times(matrix: Matrix, vector: ArrayLike<number>, offset: number): number[] {
  const [a, b, c] = [vector[offset], vector[offset + 1], vector[offset + 2]] as [number, number, number];
  return matrix.map(([p, q, r]) => p * a + q * b + r * c);
}

/** The rows of the inverse of a matrix are the cross products of its columns, over the determinant. */
function inverse(matrix: Matrix): Matrix {
  const column = (k: number) => matrix.map((row) => row[k]) as unknown as Vector;
  const [u, v, w] = [column(0), column(1), column(2)];
  const rows = [cross(v, w), cross(w, u), cross(u, v)];
  const determinant = u.reduce((sum, value, k) => sum + value * (rows[0]?.[k] as number), 0);
  return rows.map((row) => row.map((value) => value / determinant) as unknown as Vector);
}

type Vector = readonly [number, number, number];

function cross([a, b, c]: Vector, [d, e, f]: Vector): Vector {
  return [b * f - c * e, c * d - a * f, a * e - b * d];
}
