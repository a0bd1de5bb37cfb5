import assert from 'node:assert/strict';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { createFile } from '../../../src/data/createFile.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

describe('createFile', () => {
  const folder = temporaryFolder();
  const file = () => folder.at('place', 'file');
  const there = () => readdir(folder.at('place'));
  beforeEach(() => mkdir(folder.at('place')));

  it('writes a file where there is none, whatever a killed process has left, and leaves one that is there', async () => {
    await folder.write('place/file.new', 'half');
    assert.equal(await createFile(file(), 'first'), true);
    assert.equal(await createFile(file(), Buffer.from('second')), false);
    assert.equal(await readFile(file(), 'utf8'), 'first');
    assert.deepEqual(await there(), ['file']);
  });

  it('puts nothing in its place that is not whole', async () => {
    await mkdir(`${file()}.new`);
    await rejectsWith(createFile(file(), 'text'), 'place/file');
    assert.deepEqual(await there(), ['file.new']);
  });

  it('writes for one of several that want to', async () => {
    const made = await Promise.all([1, 2, 3].map((i) => createFile(file(), `${i}`, `${file()}.${i}`)));
    const [first] = made.flatMap((isMade, i) => (isMade ? [`${i + 1}`] : []));
    assert.equal(made.filter(Boolean).length, 1);
    assert.equal(await readFile(file(), 'utf8'), first);
    assert.deepEqual(await there(), ['file']);
  });
});
