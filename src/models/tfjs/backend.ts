import { createRequire } from 'node:module';
import path from 'node:path';
import { UserError } from '../../userError.ts';
import { type Failure, loadNative, type SavedModels } from './native/load.ts';

const require = createRequire(import.meta.url);

/** The TensorFlow in use, and why it is not the native one, if so. Plain data. */
export interface TensorFlowDescription {
  readonly kind: 'native' | 'wasm';
  /** As reports name it: package, version and kind. */
  readonly name: string;
  /** Why the native library is unavailable. */
  readonly reason?: string;
  /** What to do about it. */
  readonly repair?: string;
}

/** The TensorFlow in use. */
export interface TensorFlowBackend extends TensorFlowDescription {
  /** What the native one can compute besides. */
  readonly savedModels?: SavedModels;
}

/** Which TensorFlow to use. */
export interface TensorFlowOptions {
  /** "native" or "wasm"; if missing, native if available. */
  readonly backend?: string;
  /** A folder with native TensorFlow, preferred to the default places. */
  readonly folder?: string;
}

let options: TensorFlowOptions = {};
let started: Promise<TensorFlowBackend> | undefined;

/** Sets which TensorFlow to start. A process has only one, so this has an effect only before it starts. */
export function configureTensorFlow(chosen: TensorFlowOptions): void {
  options = chosen;
}

/**
 * Starts TensorFlow once per process: the configured one, else native if it is installed and works, else WebAssembly.
 * @throws UserError when the native one is requested but unavailable.
 */
export function startTensorFlow(): Promise<TensorFlowBackend> {
  started ??= start(options);
  return started;
}

/** The TensorFlow in use, as plain data. @throws as `startTensorFlow` does. */
export async function describeTensorFlow(): Promise<TensorFlowDescription> {
  const { savedModels: _, ...description } = await startTensorFlow();
  return description;
}

async function start({ backend: asked, folder }: TensorFlowOptions): Promise<TensorFlowBackend> {
  if (asked && asked !== 'native' && asked !== 'wasm') {
    throw new UserError(`PERTURB_BACKEND is "${asked}". Set it to "native" or "wasm", or unset it.`);
  }
  if (asked === 'wasm') {
    return startWasm({
      reason: 'PERTURB_BACKEND asks for WebAssembly.',
      repair: 'Unset PERTURB_BACKEND to use native TensorFlow if it is installed.',
    });
  }
  const native = await loadNative(folder);
  if ('tensorflow' in native) {
    const tf = await import('@tensorflow/tfjs-core');
    await tf.ready();
    const name = `tfjs-node ${native.version} (native, TensorFlow ${native.tensorflow})`;
    return { kind: 'native', name, savedModels: native.savedModels };
  }
  if (asked === 'native') {
    throw new UserError(
      `PERTURB_BACKEND asks for native TensorFlow, which is unavailable: ${native.reason} ${native.repair} Or unset PERTURB_BACKEND.`,
    );
  }
  return startWasm(native);
}

async function startWasm(failure: Failure): Promise<TensorFlowBackend> {
  // Loading them takes longer than the rest of the engine, and models on ONNX Runtime do without.
  const tf = await import('@tensorflow/tfjs-core');
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  const wasm = '@tensorflow/tfjs-backend-wasm';
  setWasmPaths(path.join(path.dirname(require.resolve(`${wasm}/package.json`)), 'dist', path.sep));
  await tf.setBackend('wasm');
  await tf.ready();
  const { version } = require(`${wasm}/package.json`) as { version: string };
  return { kind: 'wasm', name: `tfjs ${version} (WebAssembly)`, ...failure };
}
