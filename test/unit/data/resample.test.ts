import assert from 'node:assert/strict';
import { type Interpolation, interpolations, type Raster, resample } from '../../../src/data/resample.ts';

/** An image whose levels leap, so that filters overshoot; green and blue differ from red. */
function leaping(width: number, height: number): Raster {
  const data = Uint8Array.from({ length: height * width * 3 }, (_, i) => {
    const [c, x, y] = [i % 3, Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return (37 * x + 91 * y + 53 * c + 17 * x * y) % 256;
  });
  return { data, width, height };
}

function red({ data }: Raster): number[] {
  return [...data].filter((_, i) => i % 3 === 0);
}

/** What `Image.resize` of Pillow 13 makes of the red levels of a 5 × 4 image. */
const pillow: Record<Interpolation, { shrunk: number[]; enlarged: number[] }> = {
  nearest: {
    shrunk: [91, 199, 51, 17, 193, 113],
    enlarged: [
      [0, 37, 37, 74, 111, 111, 148],
      [91, 145, 145, 199, 253, 253, 51],
      [91, 145, 145, 199, 253, 253, 51],
      [182, 253, 253, 68, 139, 139, 210],
      [182, 253, 253, 68, 139, 139, 210],
      [17, 105, 105, 193, 25, 25, 113],
    ].flat(),
  },
  bilinear: {
    shrunk: [86, 135, 141, 131, 140, 129],
    enlarged: [
      [0, 21, 48, 74, 100, 127, 148],
      [46, 72, 104, 137, 169, 147, 100],
      [106, 139, 167, 177, 218, 167, 78],
      [167, 206, 193, 90, 139, 168, 183],
      [100, 145, 165, 131, 96, 116, 162],
      [17, 67, 130, 193, 73, 63, 113],
    ].flat(),
  },
  bicubic: {
    shrunk: [80, 139, 144, 137, 142, 127],
    enlarged: [
      [0, 11, 41, 66, 90, 128, 157],
      [36, 58, 98, 141, 181, 147, 87],
      [106, 140, 173, 189, 247, 172, 55],
      [178, 231, 210, 78, 133, 182, 197],
      [95, 149, 175, 126, 77, 111, 173],
      [1, 49, 133, 201, 59, 45, 112],
    ].flat(),
  },
  lanczos: {
    shrunk: [81, 142, 147, 143, 147, 123],
    enlarged: [
      [0, 12, 41, 59, 79, 129, 166],
      [28, 44, 94, 146, 184, 140, 77],
      [115, 150, 182, 190, 253, 175, 48],
      [182, 250, 216, 77, 128, 198, 195],
      [90, 146, 182, 121, 58, 109, 185],
      [0, 29, 146, 208, 62, 33, 111],
    ].flat(),
  },
};

describe('resampling', () => {
  for (const interpolation of interpolations) {
    it(`gives Pillow's levels: ${interpolation}`, () => {
      const image = leaping(5, 4);
      assert.deepEqual(red(resample(image, 3, 2, interpolation)), pillow[interpolation].shrunk);
      assert.deepEqual(red(resample(image, 7, 6, interpolation)), pillow[interpolation].enlarged);
    });

    it(`leaves an image of the same size alone: ${interpolation}`, () => {
      const image = leaping(5, 4);
      assert.deepEqual([...resample(image, 5, 4, interpolation).data], [...image.data]);
    });

    it(`keeps each channel to itself: ${interpolation}`, () => {
      const image = {
        width: 2,
        height: 2,
        data: Uint8Array.from({ length: 12 }, (_, i) => [10, 128, 250][i % 3] as number),
      };
      const { data, width, height } = resample(image, 3, 5, interpolation);
      assert.deepEqual([width, height], [3, 5]);
      assert.deepEqual(
        [...data],
        Array.from({ length: 45 }, (_, i) => [10, 128, 250][i % 3]),
      );
    });
  }

  it('takes the nearest pixel as it is', () => {
    const image = { width: 2, height: 1, data: Uint8Array.of(1, 2, 3, 4, 5, 6) };
    assert.deepEqual([...resample(image, 4, 1, 'nearest').data], [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6]);
  });
});
