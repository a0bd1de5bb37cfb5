import assert from 'node:assert/strict';
import sharp from 'sharp';
import { levelOf } from '../../../src/data/grid.ts';
import type { ImageShape } from '../../../src/data/image.ts';
import { readImage } from '../../../src/data/readImage.ts';
import type { Raster } from '../../../src/data/resample.ts';
import { type Fit, fitTo, resizeTo } from '../../../src/data/resizing.ts';
import { throwsWith } from '../../support/rejectsWith.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const square = (side: number): ImageShape => ({ height: side, width: side, channels: 3 });

/** An image of which every level is the place of its pixel: ten times the row, plus the column. */
function numbered(width: number, height: number): Raster {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return 10 * Math.floor(pixel / width) + (pixel % width);
  });
  return { data, width, height };
}

/** The rows of an image, by the levels of their red. */
function rows({ data, width, height }: Raster): number[][] {
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => data[(y * width + x) * 3] as number),
  );
}

const toFour: Fit = { resize: 4, interpolation: 'nearest' };

describe('resizing', () => {
  const folder = temporaryFolder();

  it('cuts out the center, rounding as torchvision does: half a pixel to the even one', () => {
    const firstColumn = (width: number) => rows(resizeTo(square(4), numbered(width, 4), toFour))[0]?.[0];
    assert.deepEqual([4, 5, 6, 7, 8, 9].map(firstColumn), [0, 0, 1, 2, 2, 2]);
  });

  it('cuts the height of a high image', () => {
    assert.deepEqual(rows(resizeTo(square(4), numbered(4, 9), toFour)), [
      [20, 21, 22, 23],
      [30, 31, 32, 33],
      [40, 41, 42, 43],
      [50, 51, 52, 53],
    ]);
  });

  it('rounds the longer side down, as torchvision does', () => {
    // 9 × 5 becomes 7 × 4, of which columns 2 to 5 are the center.
    assert.deepEqual(rows(resizeTo(square(4), numbered(9, 5), toFour)), [
      [3, 4, 5, 7],
      [13, 14, 15, 17],
      [33, 34, 35, 37],
      [43, 44, 45, 47],
    ]);
  });

  it('stretches both sides', () => {
    const fit: Fit = { resize: 'stretch', interpolation: 'nearest' };
    assert.deepEqual(rows(resizeTo({ height: 1, width: 2, channels: 3 }, numbered(4, 3), fit)), [[11, 13]]);
  });

  it('happens when an image is read, and is noted', async () => {
    const { data, ...size } = numbered(9, 5);
    const file = await folder.write(
      'a.png',
      await sharp(data, { raw: { ...size, channels: 3 } })
        .png()
        .toBuffer(),
    );
    const { pixels, notes } = await readImage(file, square(4), toFour);
    const levels = Array.from(pixels, levelOf).filter((_, i) => i % 3 === 0);
    assert.deepEqual(levels, [3, 4, 5, 7, 13, 14, 15, 17, 33, 34, 35, 37, 43, 44, 45, 47]);
    assert.deepEqual(notes, ['resized to a shorter side of 4 (nearest), center 4×4 cut out']);
    const cut = await readImage(file, square(4), { resize: 5, interpolation: 'nearest' });
    assert.deepEqual(cut.notes, ['center 4×4 cut out']);
    const gray = await readImage(file, { ...square(4), channels: 1 }, toFour);
    assert.deepEqual(Array.from(gray.pixels, levelOf), levels);
  });
});

describe('a resizing for a model', () => {
  const interpolation = 'bilinear';

  it('keeps its ratio at every size', () => {
    const ratio = { resize: { ratio: 256 / 224 }, interpolation } as const;
    const sides = [224, 299, 384, 32].map((side) => fitTo(square(side), ratio).resize);
    assert.deepEqual(sides, [256, 342, 439, 37]);
  });

  it('leaves room for the longer side of a model that takes no squares', () => {
    const shape = { height: 96, width: 192, channels: 3 } as const;
    assert.deepEqual(fitTo(shape, { resize: { ratio: 1 }, interpolation }), { resize: 192, interpolation });
  });

  it('takes a crop of the size of the model, and no other', () => {
    const fit = { resize: 256, interpolation } as const;
    assert.deepEqual(fitTo(square(224), { ...fit, crop: 224 }), fit);
    throwsWith(
      () => fitTo(square(224), { ...fit, crop: 240 }),
      '"crop" is 240 in the preprocessing of this model, which takes images of 224 × 224. Make it 224, or remove it.',
    );
    throwsWith(() => fitTo({ height: 96, width: 192, channels: 3 }, { ...fit, crop: 96 }), '96 × 192. Remove it');
  });

  it('refuses a shorter side that is shorter than the model', () => {
    throwsWith(
      () => fitTo(square(299), { resize: 256, interpolation }),
      '"resize" is 256 in the preprocessing of this model, which takes images of 299 × 299. Make it 299 or more, or "stretch".',
    );
  });
});
