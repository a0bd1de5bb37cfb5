import assert from 'node:assert/strict';
import path from 'node:path';
import { findImageFolders } from '../../../src/data/findImageFolders.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

describe('finding folders of images', () => {
  const folder = temporaryFolder();
  const find = async () =>
    (await findImageFolders(folder.at())).map(({ path: at, images, classes }) => [
      path.relative(folder.at(), at),
      images,
      classes,
    ]);

  it('tells folders with class folders from those of loose images, the largest first', async () => {
    for (const name of ['cat/1.png', 'cat/2.JPG', 'dog/1.webp']) await folder.write(`data/train/${name}`, '');
    for (const name of ['cat/1.png', 'dog/1.png']) await folder.write(`data/val/${name}`, '');
    for (const name of ['1.png', '2.png', '3.png', '4.png', 'notes.txt']) await folder.write(`loose/${name}`, '');
    assert.deepEqual(await find(), [
      [path.join('data', 'train'), 3, 2],
      [path.join('data', 'val'), 2, 2],
      ['loose', 4, 0],
    ]);
  });

  it('proposes the folder itself', async () => {
    for (const name of ['cat/1.png', 'dog/1.png']) await folder.write(name, '');
    assert.deepEqual(await find(), [['', 2, 2]]);
  });

  it('leaves out what is hidden, packages, and what has no images', async () => {
    for (const name of ['.perturb/runs/1/images/a.png', 'node_modules/x/a.png', 'src/a.ts', 'a/.hidden.png']) {
      await folder.write(name, '');
    }
    assert.deepEqual(await find(), []);
    assert.deepEqual(await findImageFolders(folder.at('missing')), []);
  });
});
