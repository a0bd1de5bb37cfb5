import { createWriteStream } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { readError } from '../../../data/fileErrors.ts';
import { UserError } from '../../../userError.ts';
import { rethrowRefusal } from './refusedFile.ts';
import { run } from './run.ts';

/** The TensorFlow that is fetched. TensorFlow's C interface is stable: `--from` takes others as well. */
const version = '2.15.1';

/** A wheel with the C library and its headers. */
interface Wheel {
  /** The Python package. */
  readonly name: string;
  readonly machine: string;
  /** Hash of the file, in hexadecimal. */
  readonly sha256: string;
}

/** The wheels for Linux, by processor. */
const wheels: Partial<Record<NodeJS.Architecture, Wheel>> = {
  x64: {
    name: 'tensorflow-cpu',
    machine: 'x86_64',
    sha256: '54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26',
  },
  arm64: {
    name: 'tensorflow-cpu-aws',
    machine: 'aarch64',
    sha256: 'd4c3a3a9363bf42999adedbbd514e3a133be2d62f61fee9cfa46aaefb087c09e',
  },
};

/** The files of a wheel that the binding is built from, and where they go. */
const wanted: readonly { readonly pattern: RegExp; readonly into: string }[] = [
  { pattern: /(?:^|\/)tensorflow\/(libtensorflow_(?:cc|framework)\.so\.\d+)$/, into: 'lib' },
  {
    pattern: /(?:^|\/)tensorflow\/include\/((?:tensorflow\/(?:c|core\/platform|tsl)|tsl|xla\/tsl)\/.+\.(?:h|inc))$/,
    into: 'include',
  },
];

/** True where there is a wheel for a machine. */
export function hasWheel(
  platform: NodeJS.Platform = process.platform,
  arch: NodeJS.Architecture = process.arch,
): boolean {
  return platform === 'linux' && wheels[arch] !== undefined;
}

/** The wheel for a machine. @throws UserError where there is none. */
function wheelOf(platform: NodeJS.Platform, arch: NodeJS.Architecture): Wheel {
  const wheel = wheels[arch];
  if (wheel !== undefined && hasWheel(platform, arch)) return wheel;
  throw new UserError(
    `No TensorFlow wheel has the C library for ${platform} ${arch}. Run "perturb install-tensorflow --from download", or name a folder that has TensorFlow's C library in "lib" and its headers in "include".`,
  );
}

/**
 * Fetches the wheel of TensorFlow for this machine; its Python may be of another version than the wheel is for.
 * @param folder that the wheel comes into; it is the caller's to remove.
 * @returns the wheel's path.
 * @throws RefusedFile when the file that pip finds has another hash; UserError where there is no wheel, or pip is missing or
 * fails.
 */
export async function fetchWheel(folder: string, signal?: AbortSignal): Promise<string> {
  const { name, machine, sha256 } = wheelOf(process.platform, process.arch);
  const python = 'python3';
  await run('Finding pip', python, ['-m', 'pip', '--version'], { signal }).catch((error) => {
    signal?.throwIfAborted();
    throw new UserError(
      `Fetching TensorFlow's wheel needs pip, which ${python} does not have. With Debian or Ubuntu: apt-get install python3-pip. Or fetch the wheel ${name} ${version} for Linux ${machine} yourself, and run "perturb install-tensorflow --from PATH".`,
      { cause: error },
    );
  });
  const target = ['--python-version', '3.11', '--implementation', 'cp', '--platform', `manylinux2014_${machine}`];
  const quiet = ['--quiet', '--progress-bar', 'off', '--disable-pip-version-check'];
  // Pip takes a hash from a file only. In pip's cache a damaged wheel would outlast every other try.
  const requirements = path.join(folder, 'requirements.txt');
  await writeFile(requirements, `${name}==${version} --hash=sha256:${sha256}\n`);
  const choice = ['--no-deps', '--only-binary=:all:', '--no-cache-dir', '--require-hashes', ...target];
  const args = ['-m', 'pip', 'download', ...quiet, ...choice, '--dest', folder, '--requirement', requirements];
  await run('Fetching TensorFlow', python, args, { signal }).catch((error) =>
    rethrowRefusal(
      error,
      () => `The wheel ${name} ${version}`,
      'run "pip config list" to see where pip fetches from, or fetch the wheel elsewhere and run "perturb install-tensorflow --from PATH"',
    ),
  );
  const file = (await readdir(folder)).find((found) => found.endsWith('.whl'));
  if (file === undefined) throw new UserError(`pip fetched no wheel of ${name} ${version} into ${folder}. Try again.`);
  return path.join(folder, file);
}

/**
 * Takes TensorFlow's libraries and C headers out of a wheel, into `lib` and `include` of a folder.
 * @param onFraction is told how much has been done, from 0 to 1.
 * @throws UserError when it is damaged, is for other machines, or is not a TensorFlow wheel.
 */
export async function unpackWheel(
  file: string,
  folder: string,
  onFraction: (fraction: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  refuseOtherMachines(file);
  const zip = await openPromise(file, { autoClose: false }).catch((error) => {
    const system = readError(file, error);
    throw system instanceof UserError ? system : damaged(file, error);
  });
  try {
    const entries = await wantedEntries(zip).catch((error) => {
      throw damaged(file, error);
    });
    const names = entries.map(({ target }) => path.basename(target));
    if (!names.includes('c_api.h') || !names.some((name) => name.startsWith('libtensorflow_cc.so'))) {
      throw new UserError(
        `${file} has no TensorFlow C library (libtensorflow_cc.so) with its headers. Name a wheel of tensorflow-cpu for Linux, 2.12 or newer.`,
      );
    }
    const total = entries.reduce((sum, { entry }) => sum + entry.uncompressedSize, 0);
    let done = 0;
    const advance = (bytes: number) => {
      done += bytes;
      onFraction(done / total);
    };
    for (const { entry, target } of entries) {
      signal?.throwIfAborted();
      await unpack(zip, entry, path.join(folder, target), advance).catch((error) => {
        throw error instanceof UserError || error?.code ? error : damaged(file, error);
      });
    }
  } finally {
    zip.close();
  }
}

function refuseOtherMachines(file: string): void {
  const [, system, machine] =
    /(linux|macosx|win)\w*?_(x86_64|aarch64|arm64|amd64)\.whl$/.exec(path.basename(file)) ?? [];
  const own = wheelOf(process.platform, process.arch).machine;
  if (system === undefined || (system === 'linux' && machine === own)) return;
  throw new UserError(`${file} is a wheel for other machines. This one needs a wheel for Linux ${own}.`);
}

async function wantedEntries(zip: ZipFile): Promise<{ entry: Entry; target: string }[]> {
  const found: { entry: Entry; target: string }[] = [];
  for await (const entry of zip.eachEntry()) {
    for (const { pattern, into } of wanted) {
      const name = pattern.exec(entry.fileName)?.[1];
      if (name !== undefined) found.push({ entry, target: path.join(into, name) });
    }
  }
  return found;
}

async function unpack(zip: ZipFile, entry: Entry, target: string, advance: (bytes: number) => void): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true });
  let sum = 0;
  const check = new Transform({
    transform(chunk: Buffer, _, next) {
      sum = crc32(chunk, sum);
      advance(chunk.length);
      next(null, chunk);
    },
  });
  await pipeline(await zip.openReadStreamPromise(entry), check, createWriteStream(target));
  if (sum !== entry.crc32) throw new Error(`the checksum of ${entry.fileName} is wrong`);
}

function damaged(file: string, error: unknown): UserError {
  const message = (error as Error).message.replace(/\.+$/, '');
  return new UserError(`${file} is not a wheel or is damaged: ${message}. Fetch it again.`, { cause: error });
}
