import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import path from 'node:path';

const require = createRequire(import.meta.url);

/** The package that binds native TensorFlow. */
export const packageName = '@tensorflow/tfjs-node';

/** A copy of the package that may work. */
export interface Place {
  /** The package's folder. */
  readonly package: string;
  /** Where that is, in words. */
  readonly words: string;
}

/** Version of the package that fits: that of the TensorFlow.js core that Perturb computes with. */
export function neededVersion(): string {
  return (require('@tensorflow/tfjs-core/package.json') as { version: string }).version;
}

/** The folder for native TensorFlow that all workspaces of a user share. */
export function userFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  home = homedir(),
): string {
  const { LOCALAPPDATA: local, XDG_CACHE_HOME: cache } = env;
  const base =
    platform === 'win32'
      ? local || path.join(home, 'AppData', 'Local')
      : platform === 'darwin'
        ? path.join(home, 'Library', 'Caches')
        : cache && path.isAbsolute(cache)
          ? cache
          : path.join(home, '.cache');
  return path.join(base, 'perturb', 'tensorflow');
}

/** Where the package lies in a folder that native TensorFlow was installed into. */
export function packageIn(folder: string): string {
  return path.join(folder, 'node_modules', ...packageName.split('/'));
}

/**
 * The copies of the package on this machine, the preferred one first: that in the given folder, that in the user's
 * folder, and that next to Perturb if its install script was run.
 */
export function placesOf(given: string | undefined, env: NodeJS.ProcessEnv = process.env): Place[] {
  const folders: Place[] = [];
  if (given) folders.push({ package: packageIn(path.resolve(given)), words: given });
  folders.push({ package: packageIn(userFolder(env)), words: userFolder(env) });
  const own = packageNextToPerturb();
  if (own && existsSync(path.join(own, 'lib'))) folders.push({ package: own, words: 'Perturb’s folder' });
  return folders.filter((place) => existsSync(path.join(place.package, 'package.json')));
}

/** Its `lib`, which the install script makes, is missing after a plain `npm ci`. */
function packageNextToPerturb(): string | undefined {
  try {
    return path.dirname(require.resolve(`${packageName}/package.json`));
  } catch {
    return undefined;
  }
}
