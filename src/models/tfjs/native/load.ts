import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import util from 'node:util';
import type { NamedTensorMap } from '@tensorflow/tfjs-core';
import { firstLineOf } from '../../../userError.ts';
import { neededVersion, type Place, packageName, placesOf } from './places.ts';
import { tryLoading } from './verdict.ts';

/** Why native TensorFlow is unavailable, and what to do about it. */
export interface Failure {
  readonly reason: string;
  readonly repair: string;
}

/** A SavedModel that native TensorFlow computes. */
export interface NativeSavedModel {
  /** Its outputs by their names in the signature, as are the inputs. */
  predict(inputs: NamedTensorMap): NamedTensorMap;
  dispose(): void;
}

/** Opens SavedModels. */
export interface SavedModels {
  /** @param folder of the model; @throws Error of TensorFlow. */
  load(folder: string, tags: readonly string[], signature: string): Promise<NativeSavedModel>;
}

/** Facts about native TensorFlow, once loaded. */
export interface Loaded {
  readonly savedModels: SavedModels;
  /** Version of the package that binds it. */
  readonly version: string;
  /** Version of the library. */
  readonly tensorflow: string;
}

const repair = 'Run "perturb install-tensorflow".';

/**
 * Loads native TensorFlow into this process, from the first place where it computes. The package has its own copy of
 * TensorFlow.js's core there. Copies of one version share the engine, its backends and its kernels, so it computes this
 * copy's tensors and gradients; a copy of another version is not loaded.
 * @param given a folder that it was installed into, preferred to the default places.
 */
export async function loadNative(given: string | undefined): Promise<Loaded | Failure> {
  let first: Failure | undefined;
  for (const place of placesOf(given)) {
    const loaded = await loadFrom(place);
    if ('tensorflow' in loaded) return loaded;
    first ??= loaded;
  }
  return first ?? { reason: 'native TensorFlow is not installed.', repair };
}

async function loadFrom(place: Place): Promise<Loaded | Failure> {
  const failed = (reason: string) => ({ reason: `${packageName} in ${place.words}: ${reason}`, repair });
  const { version } = JSON.parse(readFileSync(path.join(place.package, 'package.json'), 'utf8')) as { version: string };
  if (version !== neededVersion()) return failed(`it is version ${version}, but Perturb needs ${neededVersion()}.`);
  const verdict = await tryLoading(place.package);
  if (!verdict.loads) return failed(verdict.reason);
  // Two helpers removed in Node 23: kernels fail without them.
  const legacy = util as unknown as Record<string, unknown>;
  legacy.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  legacy.isArray ??= Array.isArray;
  // Only errors of the library should be printed to standard error.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  const tf = await import('@tensorflow/tfjs-core');
  const flags = tf.env();
  const production = flags.getBool('PROD');
  try {
    // The package sets the platform again, and a warning about that would be useless.
    flags.set('PROD', true);
    const { node } = createRequire(import.meta.url)(place.package) as {
      readonly node: { loadSavedModel: SavedModels['load'] };
    };
    const savedModels = { load: (...what: Parameters<SavedModels['load']>) => node.loadSavedModel(...what) };
    return { version, tensorflow: verdict.tensorflow, savedModels };
  } catch (error) {
    const line = firstLineOf(error);
    return failed(`it does not load: ${line}`);
  } finally {
    flags.set('PROD', production);
  }
}
