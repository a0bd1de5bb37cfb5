import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { installTensorFlow } from '../../../../../src/models/tfjs/native/install.ts';
import { neededVersion, packageIn, placesOf, userFolder } from '../../../../../src/models/tfjs/native/places.ts';
import { checkTools } from '../../../../../src/models/tfjs/native/toolchain.ts';
import { UserError } from '../../../../../src/userError.ts';
import { rejectsWith } from '../../../../support/rejectsWith.ts';
import { temporaryFolder } from '../../../../support/temporaryFolder.ts';
import { fakePackage } from './fakePackage.ts';

describe('installing native TensorFlow', () => {
  const folder = temporaryFolder();
  const record = (from: string) =>
    folder.write('t/perturb-tensorflow.json', JSON.stringify({ package: neededVersion(), from }));

  it('does nothing where it is installed and computes', async () => {
    await fakePackage(folder, 't', 'computes');
    await record('wheel');
    for (const from of [undefined, 'wheel']) {
      const found = await installTensorFlow({ from, into: folder.at('t') });
      assert.deepEqual(found, { folder: folder.at('t'), tensorflow: '2.99.0', from: 'wheel', present: true });
    }
  });

  it("refuses a folder with someone's files, and leaves them alone", async () => {
    const file = await folder.write('mine/thesis.txt', 'years of work');
    await rejectsWith(installTensorFlow({ into: folder.at('mine') }), folder.at('mine'), 'would remove them');
    assert.equal(await readFile(file, 'utf8'), 'years of work');
  });

  it('refuses a source that does not exist, and leaves what serves', async () => {
    await fakePackage(folder, 't', 'computes');
    await record('wheel');
    const from = folder.at('none.whl');
    await rejectsWith(installTensorFlow({ from, into: folder.at('t') }), from, 'does not exist');
    assert.equal((await installTensorFlow({ into: folder.at('t') })).present, true);
    assert.deepEqual(await readdir(folder.at()), ['t']);
  });

  it('ends when it is told to, leaving nothing', async () => {
    const reason = new UserError('enough');
    const controller = new AbortController();
    const installing = installTensorFlow({
      from: 'download',
      into: folder.at('t'),
      signal: controller.signal,
      onProgress: ({ fraction }) => fraction > 0 && controller.abort(reason),
    });
    await assert.rejects(installing, (error) => error === reason);
    assert.deepEqual(await readdir(folder.at()), []);
  });

  it('names every program that is missing', async () => {
    const before = process.env.PATH;
    process.env.PATH = folder.at('empty');
    try {
      await rejectsWith(checkTools(true, 'linux'), 'npm, python3, make, ', 'are not on the PATH', 'apt-get install');
      await rejectsWith(checkTools(false, 'linux'), /: npm is not on the PATH/);
    } finally {
      process.env.PATH = before;
    }
  });
});

describe('places of native TensorFlow', () => {
  const folder = temporaryFolder();

  it("takes the user's folder for such files", () => {
    const home = path.join(path.sep, 'home', 'a');
    const tail = ['perturb', 'tensorflow'];
    assert.equal(userFolder({}, 'linux', home), path.join(home, '.cache', ...tail));
    assert.equal(userFolder({ XDG_CACHE_HOME: folder.at('x') }, 'linux', home), folder.at('x', ...tail));
    assert.equal(userFolder({ XDG_CACHE_HOME: 'relative' }, 'linux', home), path.join(home, '.cache', ...tail));
    assert.equal(userFolder({}, 'darwin', home), path.join(home, 'Library', 'Caches', ...tail));
    assert.equal(userFolder({ LOCALAPPDATA: folder.at('l') }, 'win32', home), folder.at('l', ...tail));
  });

  it('prefers the given folder to that of the user', async () => {
    const env = {
      XDG_CACHE_HOME: folder.at('cache'),
      LOCALAPPDATA: folder.at('cache'),
    };
    const first = () => placesOf(folder.at('given'), env)[0]?.package;
    const user = path.relative(folder.at(), userFolder(env));
    await fakePackage(folder, user, 'computes');
    assert.equal(first(), packageIn(userFolder(env)));
    await fakePackage(folder, 'given', 'computes');
    assert.equal(first(), packageIn(folder.at('given')));
    assert.equal(placesOf(folder.at('given'), env)[1]?.package, packageIn(userFolder(env)));
  });
});
