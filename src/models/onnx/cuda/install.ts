import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeError } from '../../../data/fileErrors.ts';
import { UserError } from '../../../userError.ts';
import { fetchWheel } from '../../wheels/fetchWheel.ts';
import { unpackWheel } from '../../wheels/unpackWheel.ts';
import type { RuntimeDescription } from '../session/session.ts';
import { driverProblem, libraryProblem } from './libraries.ts';
import { cudaContents, cudaLibraries, cudaWheel } from './wheel.ts';

/** How the CUDA provider is installed. */
export interface CudaOptions {
  /** The path of a wheel; it is fetched if missing. */
  readonly from?: string | undefined;
  /** The folder of ONNX Runtime's library, which looks for providers beside itself; that of onnxruntime-node if missing. */
  readonly into?: string;
  /** Starts an engine with the CUDA provider, which compares itself with the processor, and says what it computes with. */
  attempt(): Promise<RuntimeDescription>;
  readonly onProgress?: (progress: { readonly message: string; readonly fraction: number }) => void;
  readonly signal?: AbortSignal;
}

/**
 * Installs ONNX Runtime's CUDA provider beside onnxruntime-node: out of a wheel of the same version, without a compiler.
 * It stays only if it computes what the processor does. A process that computes must be restarted to use it.
 * @returns what computes with it.
 * @throws RefusedFile when the wheel has another hash than the known one; UserError that says what is missing or which step
 * failed, and what to do, when nothing was installed; the signal's reason when `signal` aborts.
 */
export async function installCuda({
  from,
  into = runtimeFolder(),
  attempt,
  onProgress,
  signal,
}: CudaOptions): Promise<RuntimeDescription> {
  const say = (message: string, fraction: number) => onProgress?.({ message, fraction });
  say('Looking for the driver', 0);
  const problem = await driverProblem();
  if (problem !== undefined) throw notInstalled(problem);
  if (!cudaLibraries.every((name) => existsSync(path.join(into, name)))) {
    await placeCuda({ from, into, say, signal });
  }
  say('Comparing its results with those of the processor', 0.95);
  const found = await attempt().catch((error: Error) => error);
  if (found instanceof Error || found.provider !== 'cuda') {
    for (const name of cudaLibraries) await rm(path.join(into, name), { force: true });
    throw notInstalled((found instanceof Error ? found.message : found.reason) ?? 'it does not start.');
  }
  say('Done', 1);
  return found;
}

/**
 * Puts the libraries of the provider into a folder, all or none.
 * @throws UserError when they cannot be fetched or written, or lack what they need.
 */
export async function placeCuda({
  from,
  into,
  say,
  signal,
}: {
  readonly from: string | undefined;
  readonly into: string;
  readonly say: (message: string, fraction: number) => void;
  readonly signal?: AbortSignal | undefined;
}): Promise<void> {
  const fetched = await mkdtemp(path.join(tmpdir(), 'perturb-wheel-'));
  // On the same disk, since only there can they be moved at one stroke.
  const aside = await mkdtemp(path.join(into, '.cuda-')).catch((error) => {
    throw writeError(into, error);
  });
  try {
    if (from !== undefined) await stat(from).catch(() => Promise.reject(new UserError(`${from} does not exist.`)));
    else say(`Fetching ${cudaWheel.name} ${cudaWheel.version} (250 MB)`, 0.05);
    const wheel = from ?? (await fetchWheel(cudaWheel, fetched, signal));
    const onFraction = (part: number) => say(`Unpacking CUDA, ${Math.round(100 * part)}%`, 0.6 + 0.3 * part);
    await unpackWheel(wheel, cudaContents, aside, onFraction, signal);
    const problem = await libraryProblem(path.join(aside, 'libonnxruntime_providers_cuda.so'));
    if (problem !== undefined) throw notInstalled(problem);
    for (const name of cudaLibraries) await rename(path.join(aside, name), path.join(into, name));
  } catch (error) {
    throw writeError(into, error);
  } finally {
    await rm(fetched, { recursive: true, force: true });
    await rm(aside, { recursive: true, force: true });
  }
}

/** The folder of the library in onnxruntime-node. @throws UserError where there is none that the wheel fits. */
function runtimeFolder(): string {
  const { platform, arch } = process;
  const { name, version } = cudaWheel;
  if (platform !== 'linux' || arch !== 'x64') {
    const other = platform === 'win32' ? ' On Windows, set perturb.engine.provider to "directml".' : '';
    throw notInstalled(`${name} has it for Linux on x64 only, and this is ${platform} on ${arch}.${other}`);
  }
  const require = createRequire(import.meta.url);
  let found: string;
  try {
    found = require.resolve('onnxruntime-node/package.json');
  } catch {
    throw notInstalled(
      'onnxruntime-node is missing. Install Perturb again, with npm by "npm install --ignore-scripts".',
    );
  }
  const own = require(found) as { version: string };
  if (own.version !== version) {
    throw notInstalled(`${name} ${version} does not fit onnxruntime-node ${own.version}. Install Perturb again.`);
  }
  return path.join(path.dirname(found), 'bin', 'napi-v6', platform, arch);
}

function notInstalled(reason: string): UserError {
  return new UserError(`The CUDA engine was not installed: ${reason}`);
}
