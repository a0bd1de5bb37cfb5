import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { replaceFile } from '../../../src/data/replaceFile.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

describe('replaceFile', () => {
  const folder = temporaryFolder();
  const file = () => folder.at('place', 'file');
  const text = (at = file()) => readFile(at, 'utf8');
  beforeEach(() => mkdir(folder.at('place')));

  it('writes a file, and in the place of another one', async () => {
    await replaceFile(file(), 'first');
    await replaceFile(file(), Buffer.from('second'));
    assert.equal(await text(), 'second');
    assert.deepEqual(await readdir(folder.at('place')), ['file']);
  });

  it('leaves what was there, and nothing else, where the content ends in an error', async () => {
    await replaceFile(file(), 'first');
    async function* broken() {
      yield 'half';
      throw new Error('no more');
    }
    await assert.rejects(replaceFile(file(), broken()), /no more/);
    assert.equal(await text(), 'first');
    assert.deepEqual(await readdir(folder.at('place')), ['file']);
  });

  it('takes no notice of what a killed process has left', async () => {
    await folder.write('place/file.new', 'half');
    await replaceFile(file(), 'whole');
    assert.equal(await text(), 'whole');
    assert.deepEqual(await readdir(folder.at('place')), ['file']);
  });

  it('writes through no link', async () => {
    const other = await folder.write('other', 'mine');
    for (const name of ['file', 'file.new']) await symlink(other, folder.at('place', name));
    await replaceFile(file(), 'ours');
    assert.deepEqual([await text(), await text(other)], ['ours', 'mine']);
  });

  it('says that a part of the path is a file', () => {
    const write = async () => replaceFile(`${await folder.write('other', '')}/file`, 'text');
    return rejectsWith(write(), 'other/file', 'a part of its path is a file');
  });
});
