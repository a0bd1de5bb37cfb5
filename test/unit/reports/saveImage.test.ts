import assert from 'node:assert/strict';
import { rm, stat, symlink, writeFile } from 'node:fs/promises';
import { pixelsAt } from '../../../src/data/grid.ts';
import type { ImageShape } from '../../../src/data/image.ts';
import { readImage } from '../../../src/data/readImage.ts';
import { saveImage } from '../../../src/reports/saveImage.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

describe('an image that a model receives', () => {
  const folder = temporaryFolder();
  const shape: ImageShape = { height: 1, width: 2, channels: 1 };
  const save = (...levels: number[]) => saveImage(folder.at(), pixelsAt(levels), shape);
  const read = async (name: string) => [...(await readImage(folder.at(name), shape)).pixels];

  it('is saved once', async () => {
    const name = await save(0, 255);
    const { ino } = await stat(folder.at(name));
    assert.equal(await save(0, 255), name);
    assert.equal((await stat(folder.at(name))).ino, ino);
    assert.deepEqual(await read(name), [0, 1]);
  });

  it('is another one where other pixels of the same file are received', async () => {
    const [first, second] = [await save(0, 255), await save(255, 0)];
    assert.notEqual(first, second);
    assert.deepEqual(
      [await read(first), await read(second)],
      [
        [0, 1],
        [1, 0],
      ],
    );
  });

  it('is not written through a link', async () => {
    const name = await save(0, 255);
    const elsewhere = await folder.write('elsewhere.png', 'mine');
    await rm(folder.at(name));
    await symlink(elsewhere, folder.at(name));
    await save(0, 255);
    assert.deepEqual(await read(name), [0, 1]);
    await writeFile(elsewhere, 'still mine');
    assert.deepEqual(await read(name), [0, 1]);
  });
});
