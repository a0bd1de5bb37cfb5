import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeError } from '../../../data/fileErrors.ts';
import { UserError } from '../../../userError.ts';
import { fetchWheel } from '../../wheels/fetchWheel.ts';
import { RefusedFile, rethrowRefusal } from '../../wheels/refusedFile.ts';
import { run } from '../../wheels/run.ts';
import { copyLibrary, nameLibrary } from './library.ts';
import manifest from './packages/package.json' with { type: 'json' };
import lock from './packages/package-lock.json' with { type: 'json' };
import { neededVersion, packageIn, packageName, userFolder } from './places.ts';
import { checkTools, nodeHeaders } from './toolchain.ts';
import { tryLoading } from './verdict.ts';
import { hasWheel, tensorflowWheel, unpackTensorFlow } from './wheel.ts';

/** How native TensorFlow is installed. */
export interface InstallOptions {
  /**
   * Where TensorFlow's library comes from: "wheel", the Python wheel that pip fetches and whose hash is known;
   * "download", the package's own download, of which no hash is; or the path of a wheel, or of a folder with `lib` and
   * `include`. By default the first of these two that works.
   */
  readonly from?: string;
  /** The folder to install into: by default the user's, where every workspace finds it. */
  readonly into?: string;
  readonly onProgress?: (progress: InstallProgress) => void;
  readonly signal?: AbortSignal;
}

/** How far an installation has got. */
export interface InstallProgress {
  /** What it does. */
  readonly message: string;
  /** How much of the whole is done, from 0 to 1; it never falls. */
  readonly fraction: number;
}

/** Native TensorFlow that was installed. */
export interface InstalledTensorFlow {
  readonly folder: string;
  /** Version of the library. */
  readonly tensorflow: string;
  /** Where the library came from, as `from` says it. */
  readonly from: string;
  /** It was there before, and nothing was done. */
  readonly present: boolean;
}

/** What stands in a folder that TensorFlow was installed into. */
interface InstallRecord {
  readonly package: string;
  readonly from: string;
}

const recordFile = 'perturb-tensorflow.json';
/** The package's own download may wait for a host that does not answer. */
const downloadLimit = 15 * 60_000;

/**
 * Installs native TensorFlow: the package that binds it, the library, and the binding, which is built here unless the
 * package downloads the library itself. All of it is built in a temporary folder, tried, and moved into place only if it
 * computes; until then, what was there stays in use. If it is already installed, nothing is done. A process that computes
 * must be restarted to use it.
 * @throws RefusedFile when a file that npm or pip fetches has another hash than the known one; UserError that says which other
 * step failed, and what to do; the signal's reason when `signal` aborts.
 */
export async function installTensorFlow(options: InstallOptions = {}): Promise<InstalledTensorFlow> {
  const { from, into = userFolder(), signal } = options;
  let reached = 0;
  const onProgress = ({ message, fraction }: InstallProgress) => {
    // A second source starts from scratch.
    reached = Math.max(reached, fraction);
    options.onProgress?.({ message, fraction: reached });
  };
  const folder = path.resolve(into);
  const source = from === undefined || from === 'download' || from === 'wheel' ? from : path.resolve(from);
  const record = await readRecord(folder);
  if (record?.package === neededVersion() && (source === undefined || source === record.from)) {
    const verdict = await tryLoading(packageIn(folder));
    if (verdict.loads) return { folder, tensorflow: verdict.tensorflow, from: record.from, present: true };
  }
  if (source !== undefined) return install(source, folder, onProgress, signal);
  if (!hasWheel()) return install('download', folder, onProgress, signal);
  try {
    return await install('wheel', folder, onProgress, signal);
  } catch (error) {
    signal?.throwIfAborted();
    // A file that is refused is a warning, and no reason to take one that cannot be checked.
    if (!(error instanceof UserError) || error instanceof RefusedFile) throw error;
    return await install('download', folder, onProgress, signal).catch((second: unknown) => {
      if (!(second instanceof UserError) || second instanceof RefusedFile) throw second;
      throw new UserError(`${error.message}\nThe package's own download fails as well. ${second.message}`, {
        cause: second,
      });
    });
  }
}

/** Reads what is installed in a folder. @throws UserError when the folder holds something else. */
async function readRecord(folder: string): Promise<InstallRecord | undefined> {
  const files = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new UserError(`${folder} cannot be installed into (${error.message}). Choose another folder.`);
  });
  if (files.length === 0) return undefined;
  try {
    return JSON.parse(await readFile(path.join(folder, recordFile), 'utf8')) as InstallRecord;
  } catch {
    throw new UserError(
      `${folder} has files in it, and no TensorFlow of Perturb's: installing there would remove them. Choose an empty folder.`,
    );
  }
}

async function install(
  from: string,
  folder: string,
  onProgress: (progress: InstallProgress) => void,
  signal?: AbortSignal,
): Promise<InstalledTensorFlow> {
  const say = (message: string, fraction: number) => onProgress({ message, fraction });
  say('Looking for the programs that building needs', 0);
  if (from !== 'download' && from !== 'wheel' && (await stat(from).catch(() => undefined)) === undefined) {
    throw new UserError(`${from} does not exist. Name a wheel of TensorFlow, a folder, "wheel" or "download".`);
  }
  await checkTools(from !== 'download');
  const parent = path.dirname(folder);
  await mkdir(parent, { recursive: true }).catch((error) => {
    throw writeError(parent, error);
  });
  // Beside the folder, since only on one disk can it be moved there at one stroke.
  const aside = await mkdtemp(path.join(parent, `.${path.basename(folder)}-`)).catch((error) => {
    throw writeError(parent, error);
  });
  try {
    say(`Fetching ${packageName} ${neededVersion()}`, 0.02);
    await fetchPackage(aside, signal);
    if (from !== 'download') await provideLibrary(from, path.join(packageIn(aside), 'deps'), say, signal);
    say(
      from === 'download' ? "Fetching TensorFlow's library" : 'Building the binding',
      from === 'download' ? 0.3 : 0.8,
    );
    await build(from, aside, signal);
    say('Trying whether it computes', 0.95);
    const verdict = await tryLoading(packageIn(aside));
    if (!verdict.loads) {
      throw new UserError(`Native TensorFlow was built, but ${verdict.reason} Install it from another source.`);
    }
    await rm(path.join(packageIn(aside), 'build-tmp-napi-v8'), { recursive: true, force: true });
    const record: InstallRecord = { package: neededVersion(), from };
    await writeFile(path.join(aside, recordFile), `${JSON.stringify(record)}\n`);
    signal?.throwIfAborted();
    await replace(folder, aside);
    say('Done', 1);
    return { folder, tensorflow: verdict.tensorflow, from, present: false };
  } catch (error) {
    throw writeError(folder, error);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/**
 * Fetches the package, and those that it needs, at the versions and hashes of the lock file. Its install script, which would
 * fetch the library, does not run yet.
 */
async function fetchPackage(folder: string, signal?: AbortSignal): Promise<void> {
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(path.join(folder, 'package-lock.json'), JSON.stringify(lock));
  const args = ['ci', '--prefix', '.', '--ignore-scripts', '--omit=dev', '--omit=optional', '--no-audit', '--no-fund'];
  await run(`Fetching ${packageName}`, 'npm', [...args, '--loglevel=error'], { cwd: folder, signal }).catch((error) =>
    rethrowRefusal(error, packageWithHash, 'run "npm config get registry" to see where npm fetches from'),
  );
}

/** The package of the lock file that has a hash, in words. */
function packageWithHash(hash: string): string {
  const [place, found] = Object.entries<{ name?: string; version?: string; integrity?: string }>(lock.packages).find(
    ([, { integrity }]) => integrity === hash,
  ) ?? [packageName];
  return `The package ${[place.replace(/^.*node_modules\//, ''), found?.version ?? ''].join(' ').trim()}`;
}

/** Puts the library and its headers where the package's install script looks for them before it downloads any. */
async function provideLibrary(
  from: string,
  folder: string,
  say: (message: string, fraction: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const unpack = (file: string) =>
    unpackTensorFlow(
      file,
      folder,
      (part) => say(`Unpacking TensorFlow, ${Math.round(100 * part)}%`, 0.6 + 0.2 * part),
      signal,
    );
  if (from === 'wheel') {
    say("Fetching TensorFlow's wheel", 0.2);
    const fetched = await mkdtemp(path.join(tmpdir(), 'perturb-wheel-'));
    try {
      await unpack(await fetchWheel(tensorflowWheel(), fetched, signal));
    } finally {
      await rm(fetched, { recursive: true, force: true });
    }
  } else {
    say(`Copying TensorFlow from ${from}`, 0.2);
    if ((await stat(from)).isDirectory()) await copyLibrary(from, folder);
    else await unpack(from);
  }
  await nameLibrary(path.join(folder, 'lib'));
}

/** Runs the package's install script: it builds the binding, and fetches the library where there is none. */
async function build(from: string, folder: string, signal?: AbortSignal): Promise<void> {
  const download = from === 'download';
  const headers = await nodeHeaders();
  const env = {
    ...(headers === undefined ? {} : { npm_config_nodedir: headers }),
    // The binding that there is to download was built for one version of the library.
    ...(download ? {} : { npm_config_build_from_source: 'true' }),
  };
  const args = [
    'rebuild',
    packageName,
    '--prefix',
    '.',
    '--foreground-scripts',
    '--ignore-scripts=false',
    '--loglevel=error',
  ];
  const task = download ? "The package's own download of TensorFlow" : 'Building the binding of TensorFlow';
  const timeLimit = download ? downloadLimit : undefined;
  await run(task, 'npm', args, { cwd: folder, env, signal, timeLimit });
}

/** Moves a folder into the place of another. */
async function replace(folder: string, by: string): Promise<void> {
  const old = `${by}-old`;
  const moved = await rename(folder, old).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
  try {
    await rename(by, folder);
  } catch (error) {
    if (moved) await rename(old, folder);
    throw error;
  }
  await rm(old, { recursive: true, force: true });
}
