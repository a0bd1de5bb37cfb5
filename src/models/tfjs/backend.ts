import { createRequire } from 'node:module';
import path from 'node:path';
import util from 'node:util';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

const require = createRequire(import.meta.url);

/** The TensorFlow that computes here, and why it is not the native one where it is not. */
export interface TensorFlowBackend {
  readonly kind: 'native' | 'wasm';
  /** As reports name it: package, version and kind. */
  readonly name: string;
  /** Why the native library does not serve. */
  readonly reason?: string;
  /** What to do about it. */
  readonly repair?: string;
}

let started: Promise<TensorFlowBackend> | undefined;

/** Starts TensorFlow once a process: `@tensorflow/tfjs-node` where its native library loads, else WebAssembly. */
export function startTensorFlow(): Promise<TensorFlowBackend> {
  started ??= start();
  return started;
}

async function start(): Promise<TensorFlowBackend> {
  const failure = loadNative();
  if (failure === undefined) {
    await tf.ready();
    return { kind: 'native', name: `tfjs-node ${versionOf('@tensorflow/tfjs-node')} (native)` };
  }
  const wasm = '@tensorflow/tfjs-backend-wasm';
  setWasmPaths(path.join(path.dirname(require.resolve(`${wasm}/package.json`)), 'dist', path.sep));
  await tf.setBackend('wasm');
  await tf.ready();
  return { kind: 'wasm', name: `tfjs ${versionOf(wasm)} (WebAssembly)`, ...failure };
}

/** Loads the native backend; says why where that fails. */
function loadNative(): { reason: string; repair: string } | undefined {
  const name = '@tensorflow/tfjs-node';
  // tfjs-node 4.22 calls two helpers that Node 23 took away; its kernels fail without them.
  const legacy = util as unknown as Record<string, unknown>;
  legacy.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  legacy.isArray ??= Array.isArray;
  try {
    require.resolve(`${name}/package.json`);
  } catch {
    return {
      reason: `${name} is not installed: it is optional, and its install script could not fetch or build its native library.`,
      repair: `With a connection to the internet, run "npm install ${name}" in Perturb's folder and look at what it prints.`,
    };
  }
  try {
    require(name);
    return undefined;
  } catch (error) {
    const [line] = String(error instanceof Error ? error.message : error).split('\n');
    return {
      reason: `${name} is installed, but its native library does not load: ${line}`,
      repair: `Run "npm rebuild ${name}" in Perturb's folder.`,
    };
  }
}

function versionOf(name: string): string {
  return (require(`${name}/package.json`) as { version: string }).version;
}
