import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../userError.ts';
import { rethrowRefusal } from './refusedFile.ts';
import { run } from './run.ts';

/** A Python package of which a library is taken, at a known version and hash. */
export interface Wheel {
  readonly name: string;
  readonly version: string;
  /** The version of Python that it is for: that of the machine does not matter. */
  readonly python: string;
  /** What it runs on, in pip's words: "manylinux2014_x86_64". */
  readonly platform: string;
  /** Hash of the file, in hexadecimal. */
  readonly sha256: string;
  /** The command that installs the library: "perturb install-cuda". */
  readonly command: string;
}

/**
 * Fetches a wheel by pip.
 * @param folder that the wheel comes into; it is the caller's to remove.
 * @returns the wheel's path.
 * @throws RefusedFile when the file that pip finds has another hash; UserError when pip is missing or fails.
 */
export async function fetchWheel(wheel: Wheel, folder: string, signal?: AbortSignal): Promise<string> {
  const { name, version, platform, sha256, command } = wheel;
  const python = 'python3';
  await run('Finding pip', python, ['-m', 'pip', '--version'], { signal }).catch((error) => {
    signal?.throwIfAborted();
    throw new UserError(
      `Fetching the wheel ${name} ${version} needs pip, which ${python} does not have. With Debian or Ubuntu: apt-get install python3-pip. Or fetch it for ${platform} yourself, and run "${command} --from PATH".`,
      { cause: error },
    );
  });
  const target = ['--python-version', wheel.python, '--implementation', 'cp', '--platform', platform];
  const quiet = ['--quiet', '--progress-bar', 'off', '--disable-pip-version-check'];
  // Pip takes a hash from a file only. In pip's cache a damaged wheel would outlast every other try.
  const requirements = path.join(folder, 'requirements.txt');
  await writeFile(requirements, `${name}==${version} --hash=sha256:${sha256}\n`);
  const choice = ['--no-deps', '--only-binary=:all:', '--no-cache-dir', '--require-hashes', ...target];
  const args = ['-m', 'pip', 'download', ...quiet, ...choice, '--dest', folder, '--requirement', requirements];
  await run(`Fetching ${name}`, python, args, { signal }).catch((error) =>
    rethrowRefusal(
      error,
      () => `The wheel ${name} ${version}`,
      `run "pip config list" to see where pip fetches from, or fetch the wheel elsewhere and run "${command} --from PATH"`,
    ),
  );
  const file = (await readdir(folder)).find((found) => found.endsWith('.whl'));
  if (file === undefined) throw new UserError(`pip fetched no wheel of ${name} ${version} into ${folder}. Try again.`);
  return path.join(folder, file);
}
