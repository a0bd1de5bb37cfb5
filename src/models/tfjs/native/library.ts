import { constants } from 'node:fs';
import { copyFile, cp, mkdir, readdir, realpath, stat, symlink } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../../userError.ts';

/** The version that the package looks for; it knows the library by its file name only. */
const marker = '2.9.1';

/** File names of the library on Linux: the C library of an archive, or that of a wheel, which also contains C++. */
const patterns = {
  libtensorflow: /^libtensorflow(?:_cc)?\.so(?:\.\d+)*$/,
  libtensorflow_framework: /^libtensorflow_framework\.so(?:\.\d+)*$/,
};

/**
 * Copies TensorFlow's C library and headers from a folder: an unpacked archive, a system's folder such as /usr/local, or
 * the `tensorflow` folder of an installed Python package.
 * @throws UserError when they are not there.
 */
export async function copyLibrary(from: string, folder: string): Promise<void> {
  const header = path.join('tensorflow', 'c', 'c_api.h');
  const [include, ...libraries] = ['include', 'lib', 'lib64', '.'].map((name) => path.join(from, name)) as [
    string,
    ...string[],
  ];
  const names = /^(?:lib)?tensorflow(?:_cc|_framework)?\.(?:so|dylib|dll|lib)|^libtensorflow\S*\.dylib$/;
  if (await stat(path.join(include, header)).catch(() => undefined)) {
    for (const library of libraries) {
      const files = (await readdir(library).catch(() => [])).filter((name) => names.test(name));
      if (files.length === 0) continue;
      await mkdir(path.join(folder, 'lib'), { recursive: true });
      for (const name of await distinct(library, files)) {
        await copyFile(path.join(library, name), path.join(folder, 'lib', name), constants.COPYFILE_FICLONE);
      }
      await copyHeaders(include, path.join(folder, 'include'));
      return;
    }
  }
  throw new UserError(
    `${from} has no TensorFlow C library: "lib" with libtensorflow.so and "include" with ${header} are missing. Give the folder that contains both.`,
  );
}

/** Leaves out links among files: of several names for the same file, one is enough. */
async function distinct(folder: string, names: readonly string[]): Promise<string[]> {
  const targets = new Map<string, string>();
  for (const name of names) {
    const target = await realpath(path.join(folder, name));
    const known = targets.get(target);
    // At run time, a library is found by its embedded name, which ends in the major version.
    if (known === undefined || /\.so\.\d+$/.test(name)) targets.set(target, name);
  }
  return [...targets.values()];
}

async function copyHeaders(from: string, to: string): Promise<void> {
  for (const name of ['tensorflow/c', 'tensorflow/core/platform', 'tensorflow/tsl', 'tsl', 'xla/tsl']) {
    const source = path.join(from, ...name.split('/'));
    if (await stat(source).catch(() => undefined)) {
      await cp(source, path.join(to, ...name.split('/')), { recursive: true, dereference: true });
    }
  }
}

/** Gives the libraries in a folder the names that the package looks for and is linked with. */
export async function nameLibrary(folder: string): Promise<void> {
  if (process.platform !== 'linux') return;
  const files = await readdir(folder);
  for (const [name, pattern] of Object.entries(patterns)) {
    const file = files.find((found) => pattern.test(found));
    if (file === undefined) throw new UserError(`${folder} has no ${name}.so. Install TensorFlow again.`);
    for (const link of [`${name}.so`, `${name}.so.2`, `${name}.so.${marker}`]) {
      if (!files.includes(link)) await symlink(file, path.join(folder, link));
    }
  }
}
