import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { decodeImage } from '../../../../src/data/formats/decodeImage.ts';
import { Undecodable } from '../../../../src/data/formats/undecodable.ts';
import { levelOf } from '../../../../src/data/grid.ts';
import { readImage } from '../../../../src/data/readImage.ts';

const folder = path.resolve('test/fixtures/images');

/** What Pillow reads in a file: `make.py` says more. */
interface Expected {
  readonly width: number;
  readonly height: number;
  readonly mode: 'RGB' | 'RGBA';
  readonly samples: string;
  readonly L: string;
}

const expected: Readonly<Record<string, Expected>> = JSON.parse(
  await readFile(path.join(folder, 'expected.json'), 'utf8'),
);

describe('image formats', () => {
  it('are all in the list of what Pillow reads', async () => {
    const files = (await readdir(folder)).filter((name) => !['make.py', 'expected.json'].includes(name));
    assert.deepEqual(files.sort(), Object.keys(expected).sort());
  });

  for (const [name, { width, height, mode, samples, L }] of Object.entries(expected)) {
    it(`reads ${name} as Pillow does`, async () => {
      const decoded = await decodeImage(await readFile(path.join(folder, name)));
      assert.deepEqual([decoded.width, decoded.height, decoded.channels], [width, height, mode.length]);
      assert.equal(Buffer.from(decoded.data).toString('hex'), samples);
    });

    // What is under a transparent pixel is another matter.
    if (mode === 'RGBA') continue;
    it(`makes Pillow's gray of ${name}`, async () => {
      const { pixels } = await readImage(path.join(folder, name), { width, height, channels: 1 });
      assert.equal(Buffer.from(Uint8Array.from(pixels, levelOf)).toString('hex'), L);
    });
  }

  for (const name of Object.keys(expected).filter((each) => /\.(bmp|p[bgp]m)$/.test(each))) {
    it(`refuses every beginning of ${name}`, async () => {
      const bytes = await readFile(path.join(folder, name));
      // The last byte may be the second of a mark, a filling, or the end of a line.
      for (let length = 0; length < bytes.length - 4; length++) {
        const attempt = decodeImage(bytes.subarray(0, length));
        await assert.rejects(attempt, (error) => error instanceof Undecodable, `${length} of ${bytes.length} bytes`);
      }
    });
  }
});
