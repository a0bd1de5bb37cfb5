import assert from 'node:assert/strict';
import { symlink } from 'node:fs/promises';
import path from 'node:path';
import { listDataset } from '../../../src/data/dataset.ts';
import type { DatasetSource } from '../../../src/data/source.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

describe('listDataset', () => {
  const folder = temporaryFolder();

  const touch = (...names: string[]) => Promise.all(names.map((name) => folder.write(name, '')));

  async function list(labels: DatasetSource['labels'], at = folder.at()) {
    const { entries, notes } = await listDataset({ name: 'pets', path: at, labels });
    return {
      files: entries.map(({ file }) => path.relative(at, file)),
      labels: entries.map(({ label }) => label),
      notes,
    };
  }

  describe('by class folders', () => {
    it('labels images with the name of the folder at the top, at any depth', async () => {
      await touch(
        'dog/b.png',
        'dog/deep/er/a.JPG',
        'cat/c.webp',
        'cat/d.jpeg',
        'cat/e.gif',
        'cat/f.tiff',
        'cat/g.avif',
      );
      assert.deepEqual(await list('folders'), {
        files: ['cat/c.webp', 'cat/d.jpeg', 'cat/e.gif', 'cat/f.tiff', 'cat/g.avif', 'dog/b.png', 'dog/deep/er/a.JPG'],
        labels: ['cat', 'cat', 'cat', 'cat', 'cat', 'dog', 'dog'],
        notes: [],
      });
    });

    it('labels images with the class that stands for their folder', async () => {
      await touch('stop sign/a.png', 'yield/b.png', 'toString/c.png');
      const { labels } = await list({ classOf: { 'stop sign': 'stop' } });
      assert.deepEqual(labels, ['stop', 'toString', 'yield']);
    });

    it('sorts by code point, not by locale', async () => {
      await touch('x/é.png', 'x/z.png', 'x/Z.png', 'x/a10.png', 'x/a9.png', 'x/\u{1F600}.png', 'x/\uFF21.png');
      const { files } = await list('folders');
      const names = ['Z', 'a10', 'a9', 'z', 'é', '\uFF21', '\u{1F600}'];
      assert.deepEqual(
        files,
        names.map((name) => `x/${name}.png`),
      );
    });

    it('ignores hidden files and folders, and files that are no images', async () => {
      await touch(
        'dog/a.png',
        'dog/._a.png',
        '.cache/b.png',
        'dog/.thumbs/c.png',
        'dog/notes.txt',
        'dog/Thumbs.db',
        '__MACOSX/dog/d.png',
        'e.txt',
      );
      assert.deepEqual((await list('folders')).files, ['dog/a.png']);
    });

    it('leaves images outside the class folders out, and says so', async () => {
      await touch('dog/a.png', 'b.png', 'c.png');
      assert.deepEqual(await list('folders'), {
        files: ['dog/a.png'],
        labels: ['dog'],
        notes: ['images outside the class folders are left out: 2'],
      });
    });

    it('refuses a folder of images without class folders, and says what to do', async () => {
      await touch('b.png', 'a.png', 'empty/notes.txt');
      await rejectsWith(list('folders'), '2 images, but no class folders', 'one folder per class', '"predictions"');
    });

    it('finds images by their names in any case, or by their first bytes', async () => {
      await touch('dog/a.BMP', 'dog/b.ppm', 'dog/c.JFIF', 'dog/d.jpe', 'dog/e.pbm');
      await folder.write('dog/without extension', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'));
      await folder.write('dog/0001.0', Buffer.from('\xff\xd8\xff\xe0', 'latin1'));
      await folder.write('dog/weights.bin', 'something else');
      const { files } = await list('folders');
      const names = ['0001.0', 'a.BMP', 'b.ppm', 'c.JFIF', 'd.jpe', 'e.pbm', 'without extension'];
      assert.deepEqual(
        files,
        names.map((name) => `dog/${name}`),
      );
    });

    it('says which files are images that are not read', async () => {
      await touch('dog/a.png', 'dog/b.jp2', 'dog/c.HEIC', 'dog/d.svg');
      await folder.write('dog/e', Buffer.from('\0\0\0\x18ftypheic', 'latin1'));
      await folder.write('dog/f.heic', Buffer.from('\0\0\0\x18ftypavif', 'latin1'));
      const { entries } = await listDataset({ name: 'pets', path: folder.at(), labels: 'folders' });
      const unreadable = entries.filter((entry) => entry.unreadable?.includes('Convert it to PNG'));
      assert.deepEqual(
        unreadable.map(({ file }) => path.basename(file)),
        ['b.jp2', 'c.HEIC', 'd.svg', 'e'],
      );
      assert.equal(entries.length, 6);
    });

    it('lists folders without images, and what is in them', async () => {
      await touch('dog/a.png', 'cat/b.npy', 'cat/notes.txt', 'bee/notes.txt');
      const { emptyFolders } = await listDataset({ name: 'pets', path: folder.at(), labels: 'folders' });
      const found = new Map(emptyFolders.map(({ name, files }) => [name, files]));
      assert.deepEqual(
        found,
        new Map([
          ['cat', [folder.at('cat', 'b.npy')]],
          ['bee', []],
        ]),
      );
    });

    it('follows links, but not in circles', async () => {
      await touch('all/a.png');
      await symlink(folder.at('all'), folder.at('dog'));
      await symlink(folder.at(), folder.at('all', 'circle'));
      assert.deepEqual((await list('folders')).files, ['all/a.png', 'dog/a.png']);
    });
  });

  it('lists all images without labels when predictions are the labels', async () => {
    await touch('dog/b.png', 'a.png');
    assert.deepEqual(await list('predictions'), {
      files: ['a.png', 'dog/b.png'],
      labels: [undefined, undefined],
      notes: [],
    });
  });

  describe('by a CSV file', () => {
    async function listCsv(content: string) {
      return list({ csv: await folder.write('labels.csv', content) });
    }

    beforeEach(() => touch('b.png', 'in/a.png'));

    it('reads files relative to the folder, and labels', async () => {
      assert.deepEqual(await listCsv('file,label\nin/a.png,cat\nb.png,"dog, small"\n'), {
        files: ['b.png', 'in/a.png'],
        labels: ['dog, small', 'cat'],
        notes: [],
      });
    });

    for (const column of ['path', 'image', 'filename', 'File']) {
      it(`takes ${column} for the column of files`, async () => {
        assert.deepEqual((await listCsv(`Class,id,${column}\ndog,1,b.png\n`)).labels, ['dog']);
      });
    }

    it('copes with a byte order mark, Windows line ends, spaces and blank lines', async () => {
      assert.deepEqual((await listCsv('\uFEFFfile, label\r\n\r\n b.png , dog \r\n\r\n')).labels, ['dog']);
    });

    it('names the columns that are there when one is missing', async () => {
      await rejectsWith(
        listCsv('file,kind,age\nb.png,dog,3\n'),
        'labels.csv',
        'line 1',
        '"label" or "class"',
        '"kind"',
      );
      await rejectsWith(listCsv('what,label,age\nnone,dog,3\n'), '"file", "path"', '"what"');
    });

    it('names the line of every problem', async () => {
      await rejectsWith(
        listCsv('file,label\nb.png,\n\nnone.png,dog\n,dog\nin,dog\n'),
        'line 2: the label of b.png is empty',
        `line 4: there is no file ${folder.at('none.png')}`,
        'line 5: the file name is empty',
        `line 6: there is no file ${folder.at('in')}`,
      );
    });

    it('names both lines of an image that is listed twice', async () => {
      await rejectsWith(
        listCsv('file,label\nb.png,cat\n./b.png,dog\n'),
        'line 3: ./b.png is already listed on line 2 with another label',
      );
    });

    it('counts problems beyond the first few', async () => {
      const lines = Array.from({ length: 9 }, (_, i) => `none${i}.png,dog\n`);
      await rejectsWith(listCsv(`file,label\n${lines.join('')}`), 'none4.png', /and 4 more/);
    });

    it('names the line of a name that lacks its quotes', async () => {
      await rejectsWith(listCsv('file,label\none, two.png,dog\n'), 'labels.csv', 'line 2', 'quotes');
    });

    it('refuses a file without lines or without images', async () => {
      await rejectsWith(listCsv(''), 'labels.csv is empty');
      await rejectsWith(listCsv('file,label\n'), 'lists no images');
    });

    it('refuses a missing file', async () => {
      await rejectsWith(list({ csv: folder.at('none.csv') }), folder.at('none.csv'), 'does not exist');
    });
  });

  it('refuses a folder that does not exist', async () => {
    const missing = folder.at('none');
    await rejectsWith(list('folders', missing), missing, 'does not exist', 'dataset "pets"');
  });

  it('refuses a file in place of the folder', async () => {
    const file = await folder.write('a.png', '');
    await rejectsWith(list('folders', file), file, 'is not a folder');
    await rejectsWith(list('folders', path.join(file, 'below')), file, 'a part of its path is a file');
  });

  it('refuses a folder without images, and says which names it looks for', async () => {
    await touch('dog/notes.txt');
    await rejectsWith(list('folders'), folder.at(), 'has no images', '.png, .jpg');
    await rejectsWith(list('predictions'), 'has no images');
  });
});
