import assert from 'node:assert/strict';
import { readdir, readFile, symlink } from 'node:fs/promises';
import { copyLibrary, nameLibrary } from '../../../../../src/models/tfjs/native/library.ts';
import { unpackTensorFlow } from '../../../../../src/models/tfjs/native/wheel.ts';
import { rejectsWith } from '../../../../support/rejectsWith.ts';
import { temporaryFolder } from '../../../../support/temporaryFolder.ts';
import { zipOf } from '../../../../support/zip.ts';

const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
const wheelName = `tensorflow_cpu-2.15.1-cp311-cp311-manylinux2014_${machine}.whl`;
const links = (name: string) => ['', '.2', '.2.9.1'].map((end) => `${name}.so${end}`);
const wheelFiles = {
  'tensorflow/libtensorflow_cc.so.2': 'library',
  'tensorflow/libtensorflow_framework.so.2': 'framework',
  'tensorflow/include/tensorflow/c/c_api.h': 'header',
  'tensorflow/include/tsl/platform/ctstring_internal.h': 'string',
  'tensorflow/include/Eigen/Core.h': 'not needed',
  'tensorflow/python/framework.py': 'not needed',
};

describe("TensorFlow's C library", () => {
  const folder = temporaryFolder();

  before(function () {
    if (process.platform !== 'linux') this.skip();
  });

  it('is taken out of a wheel with the headers that the binding needs, and nothing else', async () => {
    const wheel = await folder.write(wheelName, zipOf(wheelFiles));
    const fractions: number[] = [];
    await unpackTensorFlow(wheel, folder.at('deps'), (fraction) => fractions.push(fraction));
    assert.equal(fractions.at(-1), 1);
    await nameLibrary(folder.at('deps', 'lib'));
    const found = (await readdir(folder.at('deps'), { recursive: true }))
      .filter((name) => /\.(h|so|py)/.test(name))
      .sort();
    const libraries = ['libtensorflow_cc.so.2', ...links('libtensorflow'), ...links('libtensorflow_framework')];
    const headers = ['include/tensorflow/c/c_api.h', 'include/tsl/platform/ctstring_internal.h'];
    assert.deepEqual(found, [...headers, ...libraries.map((name) => `lib/${name}`)].sort());
    assert.equal(await readFile(folder.at('deps', 'lib', 'libtensorflow.so.2.9.1'), 'utf8'), 'library');
    assert.equal(await readFile(folder.at('deps', 'lib', 'libtensorflow_framework.so'), 'utf8'), 'framework');
  });

  const refused: [string, string, Buffer, (string | RegExp)[]][] = [
    [
      'a damaged wheel',
      wheelName,
      zipOf(wheelFiles, (right) => (right ^ 1) >>> 0),
      ['damaged: the checksum of tensorflow/'],
    ],
    [
      'a truncated wheel',
      wheelName,
      zipOf(wheelFiles).subarray(0, -30),
      ['is not a wheel or is damaged', 'Fetch it again'],
    ],
    ['no zip archive', 'x.whl', Buffer.from('no zip'), ['is not a wheel or is damaged']],
    ['a wheel without the library', wheelName, zipOf({ 'numpy/core.py': '' }), ['has no TensorFlow C library']],
    [
      'a wheel for Windows',
      'tensorflow-2.15.1-cp311-cp311-win_amd64.whl',
      zipOf(wheelFiles),
      ['for other machines', machine],
    ],
    [
      'a wheel for macOS',
      'tensorflow-2.15.1-cp311-cp311-macosx_12_0_arm64.whl',
      zipOf(wheelFiles),
      ['for other machines'],
    ],
  ];
  for (const [what, name, content, words] of refused) {
    it(`refuses ${what}`, async () => {
      const wheel = await folder.write(name, content);
      await rejectsWith(
        unpackTensorFlow(wheel, folder.at('deps'), () => {}),
        wheel,
        ...words,
      );
    });
  }

  it('refuses a wheel that is not there', async () => {
    await rejectsWith(
      unpackTensorFlow(folder.at('none.whl'), folder.at('deps'), () => {}),
      folder.at('none.whl'),
      'does not exist',
    );
  });

  for (const [layout, lib] of [
    ['an archive', 'lib/'],
    ['a Python package', ''],
  ] as const) {
    it(`is copied from ${layout}`, async () => {
      await folder.write('from/include/tensorflow/c/c_api.h', 'header');
      const stem = lib ? 'libtensorflow' : 'libtensorflow_cc';
      await folder.write(`from/${lib}${stem}.so.2.18.0`, 'library');
      await symlink(`${stem}.so.2.18.0`, folder.at(`from/${lib}${stem}.so.2`));
      await folder.write(`from/${lib}libtensorflow_framework.so.2`, 'framework');
      await copyLibrary(folder.at('from'), folder.at('deps'));
      await nameLibrary(folder.at('deps', 'lib'));
      const names = new Set([`${stem}.so.2`, ...links('libtensorflow'), ...links('libtensorflow_framework')]);
      assert.deepEqual((await readdir(folder.at('deps', 'lib'))).sort(), [...names].sort());
      assert.equal(await readFile(folder.at('deps', 'lib', 'libtensorflow.so.2.9.1'), 'utf8'), 'library');
      assert.equal(await readFile(folder.at('deps', 'include', 'tensorflow', 'c', 'c_api.h'), 'utf8'), 'header');
    });
  }

  it('refuses a folder without it', async () => {
    await folder.write('from/lib/libtensorflow.so', 'library');
    await rejectsWith(copyLibrary(folder.at('from'), folder.at('deps')), folder.at('from'), 'include', 'are missing');
  });
});
