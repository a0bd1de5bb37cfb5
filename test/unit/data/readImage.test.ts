import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { isOnGrid, levelOf } from '../../../src/data/grid.ts';
import type { ImageShape } from '../../../src/data/image.ts';
import { readImage } from '../../../src/data/readImage.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const width = 4;
const height = 2;
const rgb: ImageShape = { height, width, channels: 3 };
const gray: ImageShape = { height, width, channels: 1 };

/** A 4 × 2 image of which sample i (of `channels` a pixel) is `sampleAt(i)`. */
function image(channels: 1 | 2 | 3 | 4, sampleAt: (i: number) => number): Sharp {
  return sharp(
    Uint8Array.from({ length: width * height * channels }, (_, i) => sampleAt(i)),
    {
      raw: { width, height, channels },
    },
  );
}

function image16(channels: 1 | 2 | 3 | 4, sampleAt: (i: number) => number): Sharp {
  return sharp(
    Uint16Array.from({ length: width * height * channels }, (_, i) => sampleAt(i)),
    {
      raw: { width, height, channels },
    },
  );
}

/** The image as a PNG that is said to have Display P3's colors, its samples as they are. */
async function withProfile(samples: Sharp): Promise<Buffer> {
  const converted = await samples.clone().withIccProfile('p3').png().toBuffer();
  const { icc = Buffer.alloc(0) } = await sharp(converted).metadata();
  const content = Buffer.concat([Buffer.from('iCCPp3\0\0'), deflateSync(icc)]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length - 4);
  check.writeUInt32BE(crc32(content));
  const png = await samples.png().toBuffer();
  // After the signature and the header.
  return Buffer.concat([png.subarray(0, 33), length, content, check, png.subarray(33)]);
}

/** A gray TIFF of one float32 sample, which sharp reads but does not write. */
function floatTiff(): Buffer {
  // Tags in order: width, height, bits a sample, no compression, black is zero, where the sample is, samples a pixel,
  // rows, bytes, floating point.
  const tags = [256, 1, 257, 1, 258, 32, 259, 1, 262, 1, 273, 134, 277, 1, 278, 1, 279, 4, 339, 3];
  const bytes = Buffer.alloc(138);
  bytes.write('II*\0\x08\0\0\0\x0a', 'latin1');
  for (let i = 0; i < tags.length; i += 2) {
    const at = 10 + 6 * i;
    bytes.writeUInt16LE(tags[i] as number, at);
    bytes.writeUInt16LE(4, at + 2);
    bytes.writeUInt32LE(1, at + 4);
    bytes.writeUInt32LE(tags[i + 1] as number, at + 8);
  }
  bytes.writeFloatLE(0.5, 134);
  return bytes;
}

/** A 64 × 64 image that compresses badly, so that a part of its file is a part of its pixels. */
function noise(): Sharp {
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state >> 16;
  };
  return sharp(Uint8Array.from({ length: 64 * 64 * 3 }, next), { raw: { width: 64, height: 64, channels: 3 } });
}

describe('readImage', () => {
  const folder = temporaryFolder();

  async function read(name: string, content: Sharp | Uint8Array, shape: ImageShape) {
    const bytes = content instanceof Uint8Array ? content : await content.toBuffer();
    const { pixels, notes, sha256 } = await readImage(await folder.write(name, bytes), shape);
    assert.equal(pixels.length, shape.height * shape.width * shape.channels);
    assert.ok(isOnGrid(pixels));
    return { levels: Array.from(pixels, levelOf), notes, sha256, bytes };
  }

  it('takes an RGB image of the right size as it is', async () => {
    const { levels, notes, sha256, bytes } = await read('a.png', image(3, (i) => i * 10).png(), rgb);
    assert.deepEqual(
      levels,
      Array.from({ length: 24 }, (_, i) => i * 10),
    );
    assert.deepEqual(notes, []);
    assert.equal(sha256, createHash('sha256').update(bytes).digest('hex'));
  });

  it('repeats a gray image in three channels', async () => {
    const png = image(1, (i) => i * 30)
      .toColourspace('b-w')
      .png();
    const { levels, notes } = await read('a.png', png, rgb);
    assert.deepEqual(
      levels,
      Array.from({ length: 24 }, (_, i) => Math.floor(i / 3) * 30),
    );
    assert.deepEqual(notes, ['gray image']);
  });

  it('takes a gray image as it is when the shape has one channel', async () => {
    const png = image(1, (i) => i * 30)
      .toColourspace('b-w')
      .png();
    const { levels, notes } = await read('a.png', png, gray);
    assert.deepEqual(
      levels,
      Array.from({ length: 8 }, (_, i) => i * 30),
    );
    assert.deepEqual(notes, []);
  });

  it('converts colors to gray when the shape has one channel', async () => {
    const { levels, notes } = await read('a.png', image(3, (i) => Math.floor(i / 3) * 30).png(), gray);
    assert.deepEqual(
      levels,
      Array.from({ length: 8 }, (_, i) => i * 30),
    );
    assert.deepEqual(notes, ['color converted to gray']);
  });

  it('leaves alpha aside', async () => {
    // The first pixel is transparent, the second half so, the rest opaque.
    const alphas = [0, 128, 255, 255, 255, 255, 255, 255];
    const png = image(4, (i) => (i % 4 === 3 ? (alphas[Math.floor(i / 4)] as number) : i)).png();
    const { levels, notes } = await read('a.png', png, rgb);
    assert.deepEqual(levels.slice(0, 9), [0, 1, 2, 4, 5, 6, 8, 9, 10]);
    assert.deepEqual(notes, ['transparency ignored']);
  });

  it('does not mention an alpha channel that is opaque everywhere', async () => {
    const { notes } = await read('a.png', image(4, (i) => (i % 4 === 3 ? 255 : 9)).png(), rgb);
    assert.deepEqual(notes, []);
  });

  for (const shape of [rgb, gray]) {
    it(`leaves 16-bit alpha aside in ${shape.channels} channels`, async () => {
      const png = image16(4, (i) => (i % 4 === 3 ? 0 : 2570))
        .toColourspace('rgb16')
        .png();
      const { levels } = await read('a.png', png, shape);
      assert.deepEqual(new Set(levels), new Set([10]));
    });
  }

  it('converts CMYK to RGB', async () => {
    const jpeg = image(3, (i) => [200, 30, 30][i % 3] as number)
      .toColourspace('cmyk')
      .jpeg({ quality: 100 });
    const { levels, notes } = await read('a.jpg', jpeg, rgb);
    const [red = 0, green = 0, blue = 0] = levels;
    assert.ok(red > 150 && green < 90 && blue < 90, `${red}, ${green}, ${blue} is not red`);
    assert.deepEqual(notes, ['CMYK converted to RGB']);
  });

  it('reduces 16 bits to 8', async () => {
    const png = image16(3, (i) => i * 257)
      .toColourspace('rgb16')
      .png();
    const { levels, notes } = await read('a.png', png, rgb);
    assert.deepEqual(
      levels,
      Array.from({ length: 24 }, (_, i) => i),
    );
    assert.deepEqual(notes, ['16 bits per channel reduced to 8']);
  });

  it('reduces 16-bit gray to 8 bits', async () => {
    const png = image16(1, (i) => i * 257)
      .toColourspace('grey16')
      .png();
    const { levels, notes } = await read('a.png', png, gray);
    assert.deepEqual(levels, [0, 1, 2, 3, 4, 5, 6, 7]);
    assert.deepEqual(notes, ['16 bits per channel reduced to 8']);
  });

  it('turns an image upright as EXIF says', async () => {
    // Orientation 6: the first row of the file is the right column of the picture. Sharp adds a profile to it.
    const png = image(3, (i) => Math.floor(i / 3) * 10)
      .withMetadata({ orientation: 6 })
      .png();
    const { levels, notes } = await read('a.png', png, { height: 4, width: 2, channels: 3 });
    assert.deepEqual(
      levels.filter((_, i) => i % 3 === 0),
      [40, 0, 50, 10, 60, 20, 70, 30],
    );
    assert.deepEqual(notes, ['rotated according to EXIF', 'color profile ignored']);
  });

  it('stretches an image of another size', async () => {
    const left = 10;
    const right = 200;
    const png = image(3, (i) => (i % (3 * width) < 6 ? left : right)).png();
    const { levels, notes } = await read('a.png', png, { height: 1, width: 2, channels: 3 });
    // The filter reaches beyond the middle, and weighs what is near.
    assert.ok(
      levels.slice(0, 3).every((level) => level < 40),
      `${levels}`,
    );
    assert.ok(
      levels.slice(3).every((level) => level > 170),
      `${levels}`,
    );
    assert.deepEqual(notes, ['stretched to 2×1 (lanczos)']);
  });

  it('says the upright size of an image that it turned and stretched', async () => {
    const png = image(3, () => 7)
      .withMetadata({ orientation: 6 })
      .png();
    const { notes } = await read('a.png', png, rgb);
    assert.deepEqual(notes, ['rotated according to EXIF', 'color profile ignored', 'stretched to 4×2 (lanczos)']);
  });

  it('leaves a color profile aside', async () => {
    const { levels, notes } = await read('a.png', await withProfile(image(3, (i) => i * 10)), rgb);
    assert.deepEqual(
      levels,
      Array.from({ length: 24 }, (_, i) => i * 10),
    );
    assert.deepEqual(notes, ['color profile ignored']);
  });

  it('takes the first frame of an animation', async () => {
    const frames = [1, 2].map((level) =>
      image(3, () => level * 100)
        .png()
        .toBuffer(),
    );
    const gif = sharp(await Promise.all(frames), { join: { animated: true } }).gif();
    const { levels, notes } = await read('a.gif', gif, rgb);
    assert.deepEqual(new Set(levels), new Set([100]));
    assert.deepEqual(notes, ['first of 2 frames']);
  });

  for (const format of ['jpeg', 'webp', 'tiff', 'avif'] as const) {
    it(`reads ${format}`, async () => {
      const { levels } = await read(`a.${format}`, image(3, () => 128).toFormat(format, { quality: 100 }), rgb);
      assert.ok(levels.every((level) => Math.abs(level - 128) <= 3));
    });
  }

  it('refuses a missing file', async () => {
    const file = folder.at('none.png');
    await rejectsWith(readImage(file, rgb), file, 'does not exist', 'Check the path');
  });

  it('refuses a folder', async () => {
    await rejectsWith(readImage(folder.at(), rgb), folder.at(), 'is a folder');
  });

  it('refuses a path below a file', async () => {
    await folder.write('a.png', 'x');
    await rejectsWith(readImage(folder.at('a.png', 'b.png'), rgb), 'a part of its path is a file');
  });

  it('refuses an empty file', async () => {
    const file = await folder.write('a.png', '');
    await rejectsWith(readImage(file, rgb), file, 'is empty', 'remove it');
  });

  it('refuses a text file that is named .png', async () => {
    const file = await folder.write('a.png', 'This is no image.\n');
    await rejectsWith(readImage(file, rgb), file, 'it is not a PNG, JPEG', 'remove it');
  });

  it('says of what Git LFS has not downloaded how to get it', async () => {
    const file = await folder.write(
      'a.png',
      'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n',
    );
    await rejectsWith(readImage(file, rgb), file, 'Git LFS has not downloaded it', 'git lfs pull');
  });

  it('refuses a drawing', async () => {
    const file = await folder.write('a.png', '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="2"/>');
    await rejectsWith(readImage(file, rgb), file, 'it is not a PNG, JPEG');
  });

  it('refuses floating-point samples', async () => {
    const file = await folder.write('a.tiff', floatTiff());
    await rejectsWith(readImage(file, rgb), file, 'float', '8 or 16 bits');
  });

  it('refuses an image that is too large to decode', async () => {
    const bytes = await image(3, () => 0)
      .png()
      .toBuffer();
    // The header says 30000 × 30000.
    bytes.writeUInt32BE(30000, 16);
    bytes.writeUInt32BE(30000, 20);
    bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
    const file = await folder.write('a.png', bytes);
    await rejectsWith(readImage(file, rgb), file, '30000 × 30000 pixels', 'Scale it down');
  });

  it('refuses corrupt bytes', async () => {
    const bytes = await noise().png().toBuffer();
    bytes.fill(0x55, bytes.length >> 1, (bytes.length >> 1) + 40);
    const file = await folder.write('a.png', bytes);
    await rejectsWith(readImage(file, rgb), file, 'corrupt', 'intact');
  });

  it('takes a JPEG that lacks a few pixels at its end, and says so', async () => {
    const shape = { height: 64, width: 64, channels: 3 } as const;
    const bytes = await noise().jpeg().toBuffer();
    const whole = await read('a.jpg', bytes, shape);
    const { levels, notes } = await read('b.jpg', bytes.subarray(0, bytes.length * 0.97), shape);
    const half = levels.length / 2;
    assert.deepEqual(levels.slice(0, half), whole.levels.slice(0, half));
    assert.match(notes.join(), /^read despite a fault \(.*premature end/);
  });

  it('refuses a progressive JPEG that is cut short: nothing says how much is missing', async () => {
    const bytes = await noise().jpeg({ progressive: true }).toBuffer();
    const file = await folder.write('a.jpg', bytes.subarray(0, bytes.length - 20));
    await rejectsWith(readImage(file, rgb), file, 'truncated', 'intact');
  });

  for (const format of ['png', 'jpeg', 'webp', 'gif', 'avif'] as const) {
    for (const share of [0.1, 0.5, 0.85]) {
      it(`refuses a ${format} file of which only ${share * 100}% is there`, async () => {
        const bytes = await noise().toFormat(format).toBuffer();
        const file = await folder.write(`a.${format}`, bytes.subarray(0, bytes.length * share));
        await rejectsWith(readImage(file, rgb), file, 'truncated', 'intact');
      });
    }
  }
});
