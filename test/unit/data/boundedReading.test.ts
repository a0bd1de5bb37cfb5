import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, symlink, truncate } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import sharp from 'sharp';
import { ZipFile } from 'yazl';
import { fileFinder } from '../../../src/data/findImage.ts';
import { limitReading } from '../../../src/data/memory.ts';
import { encodeNpy } from '../../../src/data/npy.ts';
import { readNpz, writeNpz } from '../../../src/data/npz.ts';
import { readBytes } from '../../../src/data/readBytes.ts';
import { readImage } from '../../../src/data/readImage.ts';
import { readLabelTable } from '../../../src/data/readLabelTable.ts';
import { readText } from '../../../src/data/readText.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const shape = { height: 8, width: 8, channels: 3 } as const;

describe('reading what came from anywhere', () => {
  const folder = temporaryFolder();
  afterEach(() => limitReading());

  it('takes no device and no pipe for a file', async function () {
    if (process.platform === 'win32') this.skip();
    await rejectsWith(readText('/dev/zero'), '/dev/zero: it is not a regular file');
    assert.equal(spawnSync('mkfifo', [folder.at('pipe.png')]).status, 0);
    await rejectsWith(readImage(folder.at('pipe.png'), shape), 'pipe.png: it is not a regular file');
    await symlink('/dev/zero', folder.at('link.png'));
    await rejectsWith(readImage(folder.at('link.png'), shape), 'link.png: it is not a regular file');
  });

  it('takes no more than a limit, and states it', async () => {
    const file = await folder.write('large.png', '');
    await truncate(file, 3 * 2 ** 20);
    await rejectsWith(readBytes(file, 2 ** 21), 'large.png: it has 3 MB, more than the limit of 2 MB');
    assert.equal((await readBytes(file, 2 ** 22)).length, 3 * 2 ** 20);
  });

  it('takes no more than half of the memory for one file, and says what would raise that', async () => {
    const file = await folder.write('heavy.csv', '');
    await truncate(file, 3e6);
    limitReading(6e6);
    assert.equal((await readText(file)).length, 3e6);
    limitReading(5e6);
    await rejectsWith(readText(file), 'heavy.csv: it has 3 MB, more than the 2.5 MB', 'raise perturb.engine.memory');
  });

  it('unpacks no small file into a large image', async () => {
    const image = { width: 1600, height: 1000, channels: 3, background: 'red' } as const;
    await sharp({ create: image }).png().toFile(folder.at('bomb.png'));
    limitReading(2 * 4 * 1600 * 1000);
    assert.equal((await readImage(folder.at('bomb.png'), shape)).pixels.length, 8 * 8 * 3);
    limitReading(10e6);
    await rejectsWith(
      readImage(folder.at('bomb.png'), shape),
      'bomb.png: it has 1600 × 1000 pixels, which take 6.4 MB, more than the 5 MB that one file may take',
      'raise perturb.engine.memory',
    );
  });

  it('unpacks no small archive into large arrays', async () => {
    const zeros = { shape: [1e6], data: new Float32Array(1e6) };
    await writeNpz(folder.at('bomb.npz'), { zeros, others: zeros });
    limitReading(17e6);
    assert.deepEqual(Object.keys(await readNpz(folder.at('bomb.npz'))), ['zeros', 'others']);
    const packed = new ZipFile();
    for (const name of ['zeros', 'others']) packed.addBuffer(encodeNpy(zeros), `${name}.npy`);
    packed.end();
    await folder.write('packed.npz', await buffer(packed.outputStream));
    limitReading(15e6);
    await rejectsWith(
      readNpz(folder.at('packed.npz')),
      'packed.npz: its arrays take 8 MB, more than the 7.5 MB',
      'raise perturb.engine.memory',
    );
  });

  it('finds no image outside of the dataset, whatever a table names', async () => {
    await folder.write('secret.png', 'x');
    await mkdir(folder.at('data', 'images'), { recursive: true });
    await folder.write('data/images/a.png', 'x');
    const { find } = await fileFinder(folder.at('data', 'images'), folder.at('data', 'labels.csv'));
    assert.deepEqual(await find('../../secret.png'), []);
    assert.deepEqual(await find(folder.at('secret.png')), []);
    assert.deepEqual(await find('a.png'), [folder.at('data', 'images', 'a.png')]);
    assert.deepEqual(await find('images/a.png'), [folder.at('data', 'images', 'a.png')]);
    assert.deepEqual(await find(folder.at('data', 'images', 'a.png')), [folder.at('data', 'images', 'a.png')]);
  });

  it('says of a table that names one that it is outside', async () => {
    await folder.write('secret.png', 'x');
    await mkdir(folder.at('data', 'images'), { recursive: true });
    const table = await folder.write('data/labels.csv', 'file,label\n../../secret.png,red\n..a.png,red\n');
    await rejectsWith(
      readLabelTable(table, folder.at('data', 'images')),
      `line 2: ${folder.at('secret.png')} is outside the dataset's folder`,
      `line 3: there is no file ${folder.at('data', 'images', '..a.png')}`,
    );
  });
});
