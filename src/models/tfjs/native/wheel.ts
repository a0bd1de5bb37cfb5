import path from 'node:path';
import { UserError } from '../../../userError.ts';
import type { Wheel } from '../../wheels/fetchWheel.ts';
import { type Contents, unpackWheel } from '../../wheels/unpackWheel.ts';

/** The TensorFlow that is fetched. TensorFlow's C interface is stable: `--from` takes others as well. */
const version = '2.15.1';

/** The wheels for Linux, by processor. */
const wheels: Partial<Record<NodeJS.Architecture, { name: string; machine: string; sha256: string }>> = {
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

/** The files of a wheel that the binding is built from: the C library and its headers. */
const contents: Contents = {
  wanted: [
    { pattern: /(?:^|\/)tensorflow\/(libtensorflow_(?:cc|framework)\.so\.\d+)$/, into: 'lib' },
    {
      pattern: /(?:^|\/)tensorflow\/include\/((?:tensorflow\/(?:c|core\/platform|tsl)|tsl|xla\/tsl)\/.+\.(?:h|inc))$/,
      into: 'include',
    },
  ],
  refusal: (names) =>
    names.includes('c_api.h') && names.some((name) => name.startsWith('libtensorflow_cc.so'))
      ? undefined
      : 'has no TensorFlow C library (libtensorflow_cc.so) with its headers. Name a wheel of tensorflow-cpu for Linux, 2.12 or newer.',
};

/** True where there is a wheel for a machine. */
export function hasWheel(
  platform: NodeJS.Platform = process.platform,
  arch: NodeJS.Architecture = process.arch,
): boolean {
  return platform === 'linux' && wheels[arch] !== undefined;
}

/** The wheel of TensorFlow for this machine. @throws UserError where there is none. */
export function tensorflowWheel(): Wheel {
  const { name, machine, sha256 } = wheelHere();
  const platform = `manylinux2014_${machine}`;
  return { name, version, python: '3.11', platform, sha256, command: 'perturb install-tensorflow' };
}

function wheelHere() {
  const { platform, arch } = process;
  const wheel = wheels[arch];
  if (wheel !== undefined && hasWheel(platform, arch)) return wheel;
  throw new UserError(
    `No TensorFlow wheel has the C library for ${platform} ${arch}. Run "perturb install-tensorflow --from download", or name a folder that has TensorFlow's C library in "lib" and its headers in "include".`,
  );
}

/**
 * Takes TensorFlow's libraries and C headers out of a wheel, into `lib` and `include` of a folder.
 * @param onFraction is told how much has been done, from 0 to 1.
 * @throws UserError when it is damaged, is for other machines, or is not a TensorFlow wheel.
 */
export async function unpackTensorFlow(
  file: string,
  folder: string,
  onFraction: (fraction: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  refuseOtherMachines(file);
  await unpackWheel(file, contents, folder, onFraction, signal);
}

function refuseOtherMachines(file: string): void {
  const [, system, machine] =
    /(linux|macosx|win)\w*?_(x86_64|aarch64|arm64|amd64)\.whl$/.exec(path.basename(file)) ?? [];
  const own = wheelHere().machine;
  if (system === undefined || (system === 'linux' && machine === own)) return;
  throw new UserError(`${file} is a wheel for other machines. This one needs a wheel for Linux ${own}.`);
}
