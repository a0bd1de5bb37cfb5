import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { valueAt } from '../../../src/data/grid.ts';
import type { ImageShape } from '../../../src/data/image.ts';
import { readImage } from '../../../src/data/readImage.ts';
import { writeNpy, writePng } from '../../../src/data/writeImage.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const allLevels = (count: number) => Float32Array.from({ length: count }, (_, i) => valueAt(i % 256));

const dot: ImageShape = { height: 1, width: 1, channels: 3 };
const dotPixels = new Float32Array(3);

describe('writePng', () => {
  const folder = temporaryFolder();

  for (const shape of [
    { height: 16, width: 16, channels: 1 },
    { height: 8, width: 32, channels: 3 },
  ] satisfies ImageShape[]) {
    it(`keeps all 256 levels bit for bit in ${shape.channels} channels`, async () => {
      const pixels = allLevels(shape.height * shape.width * shape.channels);
      const file = folder.at('a.png');
      await writePng(file, pixels, shape);

      const read = await readImage(file, shape);
      assert.deepEqual(Buffer.from(read.pixels.buffer), Buffer.from(pixels.buffer));
      assert.deepEqual(read.notes, []);
      const { format, depth, channels } = await sharp(file).metadata();
      assert.deepEqual({ format, depth, channels }, { format: 'png', depth: 'uchar', channels: shape.channels });
    });
  }

  for (const value of [0.5, 1 + 1 / 255, -1 / 255, Number.NaN]) {
    it(`refuses ${value}, which is not on the grid, and writes nothing`, async () => {
      const file = folder.at('a.png');
      await assert.rejects(writePng(file, Float32Array.of(0, value, 1), dot), RangeError);
      assert.ok(!existsSync(file));
    });
  }

  it('refuses pixels of another shape', async () => {
    await assert.rejects(writePng(folder.at('a.png'), new Float32Array(4), dot), RangeError);
  });

  it('says that a folder is missing', async () => {
    const file = folder.at('none', 'a.png');
    await rejectsWith(writePng(file, dotPixels, dot), file, 'folder does not exist', 'Create');
  });

  it('says that a part of the path is a file', async () => {
    const file = `${await folder.write('file', '')}/a.png`;
    await rejectsWith(writePng(file, dotPixels, dot), file, 'not a folder', 'Choose another folder');
  });

  it('says that a folder of that name is there', async () => {
    await rejectsWith(writePng(folder.at(), dotPixels, dot), folder.at(), 'folder with that name', 'Remove it');
  });

  it('leaves the image that is there where it cannot write another one', async () => {
    const file = folder.at('a.png');
    await writePng(file, dotPixels, dot);
    const bytes = await readFile(file);
    // What is written first has no place.
    await mkdir(folder.at('a.png.new', 'mine'), { recursive: true });
    await rejectsWith(writePng(file, dotPixels, dot), file);
    assert.deepEqual(await readFile(file), bytes);
  });
});

describe('writeNpy', () => {
  const folder = temporaryFolder();

  it('writes a NumPy array of version 1.0 that reads back', async () => {
    const shape: ImageShape = { height: 2, width: 3, channels: 3 };
    const pixels = Float32Array.from({ length: 18 }, (_, i) => i / 7 - 1);
    await writeNpy(folder.at('a.npy'), pixels, shape);

    const bytes = await readFile(folder.at('a.npy'));
    assert.equal(bytes.toString('latin1', 0, 8), '\x93NUMPY\x01\x00');
    const start = 10 + bytes.readUInt16LE(8);
    assert.equal(start % 64, 0);
    const header = bytes.toString('latin1', 10, start);
    assert.match(header, /^\{'descr': '<f4', 'fortran_order': False, 'shape': \(2, 3, 3\), \} *\n$/);
    assert.equal(bytes.length, start + 18 * 4);
    assert.deepEqual(
      Float32Array.from(pixels, (_, i) => bytes.readFloatLE(start + 4 * i)),
      pixels,
    );
  });

  it('refuses pixels of another shape', async () => {
    await assert.rejects(writeNpy(folder.at('a.npy'), new Float32Array(4), dot), RangeError);
  });

  it('says that a part of the path is a file', async () => {
    const file = `${await folder.write('file', '')}/a.npy`;
    await rejectsWith(writeNpy(file, dotPixels, dot), file, 'not a folder');
  });
});
