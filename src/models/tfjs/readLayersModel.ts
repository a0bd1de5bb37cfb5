import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { isInFolder } from '../../data/isInFolder.ts';
import { firstLineOf, UserError } from '../../userError.ts';
import { normalizeTopology, type WeightNames } from './topology.ts';

/** A layers model and what it was read from. */
export interface LayersModelFile {
  readonly model: tfl.LayersModel;
  /** SHA-256 of model.json and its weight files, in the order of the manifest. */
  readonly sha256: string;
  /** model.json and its weight files. */
  readonly files: readonly string[];
}

/** A weight, and what Keras or TensorFlow.js calls it. */
export interface NamedWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** A model of Keras as its file has it. */
export interface LayersArtifacts {
  readonly modelTopology: object;
  readonly weights: readonly NamedWeight[];
}

/**
 * Reads a TensorFlow.js layers model: `model.json` and the weight files that it names.
 * @param input shape of one image, for a model that leaves it open.
 * @throws UserError when a file is missing, truncated or not a layers model, when it has a layer that TensorFlow.js
 * lacks, or when a weight is not a finite number.
 */
export async function readLayersModel(file: string, input?: readonly number[]): Promise<LayersModelFile> {
  const text = await readFile(file).catch((error: Error) => {
    throw new UserError(`${file}: the model cannot be read (${error.message}).`);
  });
  const { modelTopology, weightsManifest } = parse(file, text);
  const hash = createHash('sha256').update(text);
  const weightSpecs = weightsManifest.flatMap(({ weights }) => weights);
  const groups = await Promise.all(weightsManifest.map((group) => readGroup(file, group)));
  for (const group of groups) hash.update(group);
  const weightData = new Uint8Array(Buffer.concat(groups)).buffer;
  const model = await built(file, modelTopology, weightSpecs, weightData, input);
  const shards = weightsManifest.flatMap(({ paths }) => paths.map((name) => path.join(path.dirname(file), name)));
  return { model, sha256: hash.digest('hex'), files: [file, ...shards] };
}

/**
 * Makes a layers model of what a file of Keras holds.
 * @param file for messages.
 * @param input shape of one image, for a model that leaves it open.
 * @throws UserError as `readLayersModel` does.
 */
export async function buildLayersModel(
  file: string,
  { modelTopology, weights }: LayersArtifacts,
  input?: readonly number[],
): Promise<tfl.LayersModel> {
  const specs = weights.map(({ name, shape }) => ({ name, shape: [...shape], dtype: 'float32' as const }));
  const parts = weights.map(({ values }) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return built(file, modelTopology, specs, new Uint8Array(Buffer.concat(parts)).buffer, input, 'Keras');
}

async function built(
  file: string,
  modelTopology: object,
  weightSpecs: tf.io.WeightsManifestEntry[],
  weightData: ArrayBuffer,
  input?: readonly number[],
  asIn?: 'Keras',
): Promise<tfl.LayersModel> {
  let model: tfl.LayersModel;
  try {
    const names = normalizeTopology(modelTopology, input, asIn);
    const artifacts = { modelTopology, ...underNames(names, weightSpecs, weightData) };
    model = await tfl.loadLayersModel({ load: async () => artifacts });
  } catch (error) {
    const line = firstLineOf(error);
    if (error instanceof UserError) throw new UserError(`${file}: ${line}`);
    // The words of these are for those who wrote TensorFlow.js.
    if (error instanceof TypeError || error instanceof RangeError) {
      throw new UserError(`${file}: its layers are damaged. Export or copy the model again.`, { cause: error });
    }
    throw new UserError(`${file}: TensorFlow.js cannot build this model: ${line}`);
  }
  refuseNonFinite(file, model);
  return model;
}

/** The weights that inference needs, under their TensorFlow.js names. */
function underNames({ of }: WeightNames, specs: readonly tf.io.WeightsManifestEntry[], data: ArrayBuffer) {
  const weightSpecs: tf.io.WeightsManifestEntry[] = [];
  const parts: Uint8Array[] = [];
  let end = 0;
  for (const spec of specs) {
    const start = end;
    end += bytesOf(spec);
    const name = of(spec.name);
    if (name === undefined) continue;
    weightSpecs.push({ ...spec, name });
    parts.push(new Uint8Array(data, start, end - start));
  }
  return {
    weightSpecs,
    weightData: parts.length === specs.length ? data : new Uint8Array(Buffer.concat(parts)).buffer,
  };
}

function parse(file: string, text: Buffer): { modelTopology: object; weightsManifest: tf.io.WeightsManifestConfig } {
  let json: Partial<tf.io.ModelJSON> | null;
  try {
    json = JSON.parse(text.toString('utf8'));
  } catch (error) {
    throw new UserError(`${file} is not valid JSON (${(error as Error).message}). Export or copy the model again.`);
  }
  if (json?.format === 'graph-model') {
    throw new UserError(`${file} is a TensorFlow.js graph model, which has no layers. Export a layers model instead.`);
  }
  const { modelTopology, weightsManifest } = json ?? {};
  if (typeof modelTopology !== 'object' || modelTopology === null || !isManifest(weightsManifest)) {
    throw new UserError(
      `${file} is JSON, but not a TensorFlow.js layers model: it has no "modelTopology" and "weightsManifest".`,
    );
  }
  return { modelTopology, weightsManifest };
}

/** True for a list of groups of weights, each with its files and the name, type, and shape of each weight. */
function isManifest(value: unknown): value is tf.io.WeightsManifestConfig {
  const isSize = (size: unknown) => Number.isSafeInteger(size) && (size as number) >= 0;
  const isWeight = (weight: Partial<tf.io.WeightsManifestEntry> | null) =>
    typeof weight?.name === 'string' &&
    typeof weight.dtype === 'string' &&
    ['undefined', 'string'].includes(typeof weight.quantization?.dtype) &&
    Array.isArray(weight.shape) &&
    weight.shape.every(isSize);
  const isGroup = (group: Partial<tf.io.WeightsManifestConfig[number]> | null) =>
    Array.isArray(group?.paths) &&
    group.paths.every((name) => typeof name === 'string') &&
    Array.isArray(group.weights) &&
    group.weights.every(isWeight);
  return Array.isArray(value) && value.every(isGroup);
}

/** The bytes of one group of weights, all its files one after the other. */
async function readGroup(file: string, { paths, weights }: tf.io.WeightsManifestConfig[number]): Promise<Buffer> {
  const folder = path.dirname(file);
  const outside = paths.find((name) => path.isAbsolute(name) || !isInFolder(path.join(folder, name), folder));
  if (outside !== undefined) {
    throw new UserError(
      `${file}: its weight file ${outside} is outside the model’s folder, where Perturb does not read. Copy it next to the model, and correct the path.`,
    );
  }
  const shards = await Promise.all(
    paths.map((name) =>
      readFile(path.join(folder, name)).catch((error: NodeJS.ErrnoException) => {
        const problem = error.code === 'ENOENT' ? 'is missing' : `cannot be read (${error.message})`;
        throw new UserError(`${file}: its weight file ${name} ${problem}. Copy it next to the model.`);
      }),
    ),
  );
  const found = shards.reduce((sum, shard) => sum + shard.length, 0);
  const wanted = weights.reduce((sum, weight) => sum + bytesOf(weight), 0);
  if (found !== wanted) {
    const difference = found < wanted ? 'the file is truncated' : 'the file belongs to another model';
    throw new UserError(
      `${file}: ${paths.join(', ')} has ${found} bytes of weights, but the model needs ${wanted}: ${difference}. Copy it again.`,
    );
  }
  return Buffer.concat(shards);
}

function bytesOf({ shape, dtype, quantization }: tf.io.WeightsManifestEntry): number {
  const bytes: Record<string, number> = { uint8: 1, bool: 1, uint16: 2, float16: 2, complex64: 8 };
  return shape.reduce((product, size) => product * size, bytes[quantization?.dtype ?? dtype] ?? 4);
}

function refuseNonFinite(file: string, model: tfl.LayersModel): void {
  for (const weight of model.weights) {
    const values = weight.read().dataSync();
    const at = values.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) {
      throw new UserError(
        `${file}: weight ${weight.originalName} holds ${values[at]} at index ${at}. A model with such weights is useless; train or export it again.`,
      );
    }
  }
}
