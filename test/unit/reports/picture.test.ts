import assert from 'node:assert/strict';
import sharp from 'sharp';
import { writePng } from '../../../src/data/writeImage.ts';
import { drawExample } from '../../../src/reports/picture.ts';
import type { ExampleReport } from '../../../src/reports/report.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const shape = { height: 2, width: 2, channels: 3 } as const;
/** Gray levels of four pixels, before and after: unchanged, up by 2 and down by 4, clipped colors kept, unchanged. */
const original = [10, 20, 30, 100, 100, 100, 0, 128, 255, 7, 7, 7];
const adversarial = [10, 20, 30, 102, 96, 100, 4, 128, 251, 7, 7, 7];

describe('drawExample', () => {
  const folder = temporaryFolder();

  /** Draws an example from a run folder that holds these images. */
  async function draw(images: Record<string, readonly number[]>, example: Partial<ExampleReport>) {
    for (const [name, levels] of Object.entries(images)) {
      const channels = levels.length === 4 ? 1 : 3;
      await writePng(
        folder.at(name),
        Float32Array.from(levels, (level) => level / 255),
        { ...shape, channels },
      );
    }
    const png = await drawExample(folder.at(), example as ExampleReport);
    assert.equal((await sharp(png).metadata()).format, 'png');
    const { data, info } = await sharp(png).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    const at = (x: number, y: number) => [...data.subarray(4 * (y * info.width + x), 4 * (y * info.width + x) + 4)];
    return { width: info.width, height: info.height, at };
  }

  /** The colors of a panel's four quarters, each of which must be of one color to its corners. */
  function quarters({ at, height }: Awaited<ReturnType<typeof draw>>, left: number): number[] {
    const half = height / 2;
    return [
      [0, 0],
      [half, 0],
      [0, half],
      [half, half],
    ].flatMap(([x = 0, y = 0]) => {
      const color = at(left + x, y);
      assert.deepEqual(at(left + x + half - 1, y + half - 1), color);
      assert.equal(color[3], 255);
      return color.slice(0, 3);
    });
  }

  const paths = { originalImage: 'original.png', adversarialImage: 'adversarial.png' };

  it('shows the original, the signed perturbation and the adversarial image side by side', async () => {
    const picture = await draw({ 'original.png': original, 'adversarial.png': adversarial }, paths);
    const { width, height, at } = picture;
    const step = (width - height) / 2;
    assert.ok(step > height, 'there is a gap between the panels');
    assert.deepEqual(quarters(picture, 0), original);
    assert.deepEqual(quarters(picture, 2 * step), adversarial);
    assert.equal(at(height, 0)[3], 0);
    // The largest change, 4 levels, is black or white; half of it is half way there; none is the gray in between.
    const gray = 128;
    const expected = [gray, gray, gray, 191, 0, gray, 255, gray, 0, gray, gray, gray];
    assert.deepEqual(quarters(picture, step), expected);
  });

  it('shows an example without an adversarial image as unchanged', async () => {
    const picture = await draw({ 'original.png': original }, { ...paths, adversarialImage: null });
    const step = (picture.width - picture.height) / 2;
    assert.deepEqual(quarters(picture, step), Array(12).fill(128));
    assert.deepEqual(quarters(picture, 2 * step), original);
  });

  it('draws gray images', async () => {
    const images = { 'original.png': [0, 50, 100, 255], 'adversarial.png': [0, 52, 96, 255] };
    const picture = await draw(images, paths);
    const step = (picture.width - picture.height) / 2;
    const gray = (levels: readonly number[]) => levels.flatMap((level) => [level, level, level]);
    assert.deepEqual(quarters(picture, 0), gray(images['original.png']));
    assert.deepEqual(quarters(picture, step), gray([128, 191, 0, 128]));
    assert.deepEqual(quarters(picture, 2 * step), gray(images['adversarial.png']));
  });
});
