import assert from 'node:assert/strict';
import path from 'node:path';
import sharp from 'sharp';
import { listExamples, loadExamples } from '../../../src/data/loadExamples.ts';
import type { DatasetSource } from '../../../src/data/source.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const classNames = ['ant', 'bee', 'cat'];
const shape = { height: 8, width: 8, channels: 3 } as const;

describe('loadExamples', () => {
  const folder = temporaryFolder();

  const flat = (level: number) =>
    sharp({ create: { width: 8, height: 8, channels: 3, background: { r: level, g: level, b: level } } });

  function load(given: Partial<DatasetSource> = {}, classes?: readonly string[]) {
    const dataset: DatasetSource = { name: 'bugs', path: folder.at(), labels: 'folders', ...given };
    return loadExamples({ dataset, classNames, classes, seed: 0 }, { shape }, (image) => image);
  }

  beforeEach(async () => {
    for (const [i, name] of ['ant/0', 'ant/1', 'bee/0'].entries()) {
      await folder.write(
        `${name}.png`,
        await flat(10 * i)
          .png()
          .toBuffer(),
      );
    }
  });

  it('reads images and the indices of their labels', async () => {
    const { images, notes } = await load();
    assert.deepEqual(
      images.map(({ file, label }) => [path.relative(folder.at(), file), label]),
      [
        ['ant/0.png', 0],
        ['ant/1.png', 0],
        ['bee/0.png', 1],
      ],
    );
    assert.deepEqual(notes, []);
  });

  const broken: readonly [string, () => Promise<unknown>, RegExp][] = [
    ['text in the place of an image', () => folder.write('cat/0.png', 'Not found\n'), /cat.0\.png: it is not a PNG/],
    ['an empty file', () => folder.write('cat/0.jpg', ''), /cat.0\.jpg: the file is empty/],
    ['a format that is not read', () => folder.write('cat/0.heic', ''), /cat.0\.heic: its format is not supported/],
    [
      'a class without any known format',
      () => folder.write('cat/0.raw16', 'pixels'),
      /cat.0\.raw16 is in a class folder/,
    ],
    [
      'a PNG that is cut short',
      async () => folder.write('cat/0.png', (await flat(9).png().toBuffer()).subarray(0, 60)),
      /corrupt or truncated/,
    ],
  ];
  for (const [what, spoil, words] of broken) {
    it(`does not go on without ${what}, unless it is told to`, async () => {
      await spoil();
      await rejectsWith(load(), words, '"unreadable": "skip" in dataset "bugs"');
      const { images, notes } = await load({ unreadable: 'skip' });
      assert.equal(images.length, 3);
      assert.match(
        notes.join('\n'),
        /left out because they cannot be read: 1 \.\w+: cat.0\.\w+\nclasses without any image left: cat/,
      );
    });
  }

  it('counts what cannot be read by extension', async () => {
    for (const name of ['bee/1.png', 'bee/2.PNG', 'bee/3.gif']) await folder.write(name, 'x');
    await rejectsWith(
      load(),
      '3 image files of dataset "bugs" cannot be read (2 .png, 1 .gif)',
      'bee/1.png',
      'bee/3.gif',
    );
    const { notes } = await load({ unreadable: 'skip' });
    assert.match(notes.join(), /2 \.png, 1 \.gif: bee.1\.png, bee.2\.PNG, bee.3\.gif$/);
  });

  it('does not care for what is wrong in other classes than those of the test', async () => {
    for (const name of ['bee/1.png', 'bee/2.jp2', 'cat/0.raw16']) await folder.write(name, 'x');
    assert.equal((await load({}, ['ant'])).images.length, 2);
    await rejectsWith(load({}, ['bee']), 'cannot be read');
    await rejectsWith(load({}, ['cat']), 'cat/0.raw16');
  });

  it('is an error where nothing can be read', async () => {
    await rejectsWith(
      load({ unreadable: 'skip', path: path.dirname(await folder.write('x/ant/0.png', 'x')).replace(/ant$/, '') }),
      'x/ant/0.png',
    );
  });

  it('says which folder to name where there are the parts of a dataset', async () => {
    for (const part of ['train', 'Test']) await folder.write(`whole/${part}/ant/0.png`, 'x');
    const whole = { path: folder.at('whole') };
    await rejectsWith(
      load(whole),
      'the parts of a dataset: Test, train',
      `"path" of dataset "bugs"`,
      folder.at('whole', 'Test'),
    );
    await rejectsWith(load({ path: folder.at() }), 'no class named "whole"');
  });

  it('names folders without images that are no classes, and goes on', async () => {
    await folder.write('models/m.onnx', 'weights');
    await folder.write('cat/notes.txt', 'none yet');
    assert.deepEqual((await load()).notes, ['folders without images: cat, models (1 .onnx)']);
  });

  it('counts a JPEG that readers put up with, and says so', async () => {
    const jpeg = await flat(99).jpeg().toBuffer();
    // A head of JFIF whose revision is 0.0.
    const head = Buffer.from('\xff\xe0\0\x10JFIF\0\0\0\0\0\x01\0\x01\0\0', 'latin1');
    await folder.write('cat/0.jpg', Buffer.concat([jpeg.subarray(0, 2), head, jpeg.subarray(2)]));
    await folder.write('cat/1.jpg', jpeg.subarray(0, jpeg.length - 2));
    await folder.write('cat/2.jpg', Buffer.concat([jpeg, Buffer.from('trailing')]));
    const { images, notes } = await load();
    assert.equal(images.length, 6);
    assert.deepEqual(
      images.slice(3).map(({ pixels }) => new Set(pixels).size),
      [1, 1, 1],
    );
    assert.match(notes.join('\n'), /read despite a fault \(.*JFIF revision.*\): 1 image/);
    assert.match(notes.join('\n'), /read despite a fault \(.*premature end.*\): 1 image/);
  });

  describe('with a limit', () => {
    beforeEach(async () => {
      const png = await flat(1).png().toBuffer();
      for (let i = 0; i < 40; i++) await folder.write(`${i < 30 ? 'ant' : 'cat'}/more-${i}.png`, png);
    });

    async function counts(sampling?: DatasetSource['sampling']) {
      const dataset: DatasetSource = {
        name: 'bugs',
        path: folder.at(),
        labels: 'folders',
        limit: 12,
        ...(sampling && { sampling }),
      };
      const { files } = await listExamples({ dataset, classNames, seed: 5 });
      return classNames.map((_, index) => files.filter(({ label }) => label === index).length);
    }

    it('draws the same share of each class', async () => {
      const [ants = 0, bees = 0, cats = 0] = await counts();
      assert.equal(ants + bees + cats, 12);
      assert.ok(ants >= 8 && ants <= 10 && bees <= 1 && cats >= 2 && cats <= 3, `${ants}, ${bees}, ${cats}`);
    });

    it('draws as many of each class where the settings say so', async () => {
      const [ants = 0, bees = 0, cats = 0] = await counts('even');
      assert.deepEqual([bees, [ants, cats].sort()], [1, [5, 6]]);
    });
  });
});
