import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { installTensorFlow } from '../../../../../src/models/tfjs/native/install.ts';
import manifest from '../../../../../src/models/tfjs/native/packages/package.json' with { type: 'json' };
import lock from '../../../../../src/models/tfjs/native/packages/package-lock.json' with { type: 'json' };
import {
  neededVersion,
  packageIn,
  packageName,
  placesOf,
  userFolder,
} from '../../../../../src/models/tfjs/native/places.ts';
import { checkTools } from '../../../../../src/models/tfjs/native/toolchain.ts';
import { hasWheel, tensorflowWheel } from '../../../../../src/models/tfjs/native/wheel.ts';
import { fetchWheel } from '../../../../../src/models/wheels/fetchWheel.ts';
import { RefusedFile } from '../../../../../src/models/wheels/refusedFile.ts';
import { UserError } from '../../../../../src/userError.ts';
import { rejectsWith } from '../../../../support/rejectsWith.ts';
import { temporaryFolder } from '../../../../support/temporaryFolder.ts';
import { zipOf } from '../../../../support/zip.ts';
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

describe('the files that native TensorFlow is installed from', () => {
  const folder = temporaryFolder();
  const before = { ...process.env };

  afterEach(() => {
    process.env = { ...before };
  });

  it('are of the version that Perturb needs', () => {
    assert.deepEqual(manifest.dependencies, { [packageName]: neededVersion() });
    assert.deepEqual(lock.packages[''].dependencies, manifest.dependencies);
    assert.equal(lock.packages[`node_modules/${packageName}`].version, neededVersion());
  });

  it('have wheels for Linux alone', () => {
    const machines = (['linux', 'darwin', 'win32'] as const).flatMap((platform) =>
      (['x64', 'arm64', 'riscv64'] as const).filter((arch) => hasWheel(platform, arch)).map((arch) => [platform, arch]),
    );
    assert.deepEqual(machines, [
      ['linux', 'x64'],
      ['linux', 'arm64'],
    ]);
  });

  it('are refused, and leave nothing, when pip finds a wheel with another hash', async function () {
    if (!hasWheel()) this.skip();
    const [name, machine] = process.arch === 'arm64' ? ['tensorflow_cpu_aws', 'aarch64'] : ['tensorflow_cpu', 'x86_64'];
    const wheel = zipOf({
      [`${name}-2.15.1.dist-info/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: 2.15.1\n`,
      [`${name}-2.15.1.dist-info/WHEEL`]: 'Wheel-Version: 1.0\nRoot-Is-Purelib: false\n',
    });
    await folder.write(`index/${name}-2.15.1-cp311-cp311-manylinux2014_${machine}.whl`, wheel);
    await folder.write('fetched/.keep', '');
    process.env.PIP_NO_INDEX = '1';
    process.env.PIP_FIND_LINKS = folder.at('index');
    const refused = fetchWheel(tensorflowWheel(), folder.at('fetched'));
    const came = createHash('sha256').update(wheel).digest('hex');
    await rejectsWith(refused, '2.15.1 was refused', /should be [0-9a-f]{64} /, `is ${came}`, '--from PATH');
    await assert.rejects(refused, RefusedFile);
    assert.deepEqual((await readdir(folder.at('fetched'))).sort(), ['.keep', 'requirements.txt']);
  });

  // The registry offers every package that it is asked for, and gives the same file for all.
  it('are refused, and leave nothing, when npm finds a package with another hash', async () => {
    const server = createServer(({ url = '', headers: { host } }, response) => {
      const name = decodeURIComponent(url.slice(1));
      if (url.endsWith('.tgz')) return void response.end('changed');
      const versions = Object.entries<{ name?: string; version?: string }>(lock.packages)
        .filter(([place]) => place.endsWith(`node_modules/${name}`))
        .map(([, { version = '' }]) => [version, { name, version, dist: { tarball: `http://${host}/${name}.tgz` } }]);
      response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify({ name, 'dist-tags': {}, versions: Object.fromEntries(versions) }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    process.env.npm_config_registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    process.env.npm_config_cache = folder.at('cache');
    process.env.npm_config_fetch_retries = '0';
    try {
      // No other source is tried, though none is named.
      const installing = installTensorFlow({ into: folder.at('into', 't') });
      const came = `is sha512-${createHash('sha512').update('changed').digest('base64')}`;
      await rejectsWith(installing, /^The package \S+ \d\S* was refused/, came, 'npm config get registry');
      await assert.rejects(installing, RefusedFile);
      assert.deepEqual(await readdir(folder.at('into')), []);
    } finally {
      server.closeAllConnections();
      server.close();
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
