import { readFile } from 'node:fs/promises';
import { UserError } from '../../userError.ts';

/** A weight as the manifest lists it. */
export interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization?: {
    readonly dtype: 'uint8' | 'uint16' | 'float16';
    readonly scale?: number;
    readonly min?: number;
  };
}

/** Weights that are one after the other in some files. */
export interface WeightGroup {
  readonly paths: readonly string[];
  readonly entries: readonly WeightEntry[];
}

/** What `model.json` of a graph model holds. */
export interface GraphModelJson {
  /** A GraphDef in JSON. */
  readonly topology: Record<string, unknown>;
  readonly weights: readonly WeightGroup[];
  /** A SignatureDef in JSON; older files have none. */
  readonly signature?: Record<string, unknown>;
}

type Json = Readonly<Record<string, unknown>>;

/** How deep objects of JSON may be nested. */
const deepest = 100;

/** True for the JSON of a graph model; that of a layers model has layers rather than nodes. */
export function isGraphModel(json: unknown): boolean {
  if (!isObject(json)) return false;
  return json.format === 'graph-model' || (isObject(json.modelTopology) && Array.isArray(json.modelTopology.node));
}

/**
 * Reads `model.json` of a graph model.
 * @throws UserError when it cannot be read, or is none.
 */
export async function parseGraphModel(file: string): Promise<GraphModelJson> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new UserError(`${file}: the model cannot be read (${error.message}).`);
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${file} is not valid JSON (${(error as Error).message}). Export or copy the model again.`);
  }
  const { modelTopology, weightsManifest, signature, userDefinedMetadata } = isObject(json) ? json : {};
  const isGraph = isObject(modelTopology) && isTopology(modelTopology);
  const isWhole = isGraph && Array.isArray(weightsManifest) && weightsManifest.every(isGroup);
  if (!isWhole || depthOf(modelTopology) > deepest) {
    throw new UserError(
      `${file} is JSON, but not an intact TensorFlow.js graph model: its "modelTopology" or "weightsManifest" is missing or damaged. Export or copy the model again.`,
    );
  }
  // Older converters kept the signature among what users add.
  const added = isObject(userDefinedMetadata) ? userDefinedMetadata.signature : undefined;
  const named = isObject(signature) ? signature : isObject(added) ? added : undefined;
  return {
    topology: modelTopology,
    weights: weightsManifest.map(({ paths, weights }) => ({ paths, entries: weights })),
    ...(named && { signature: named as Record<string, unknown> }),
  };
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True for a GraphDef whose nodes have names, in its functions as well; attributes are looked at when they are read. */
function isTopology({ node, library }: Json): boolean {
  const functions = isObject(library) ? (library.function ?? []) : [];
  return isListOf(isNode)(node) && isListOf(isFunction)(functions);
}

function isNode(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { name, op, input = [], attr = {} } = value;
  return isText(name) && isText(op) && isListOf(isText)(input) && isObject(attr);
}

function isFunction(value: unknown): boolean {
  if (!isObject(value) || !isObject(value.signature)) return false;
  const { signature, nodeDef = [], ret = {} } = value;
  const isArgument = (argument: unknown) => isObject(argument) && isText(argument.name);
  return (
    isText(signature.name) &&
    isListOf(isArgument)(signature.inputArg ?? []) &&
    isListOf(isArgument)(signature.outputArg ?? []) &&
    isListOf(isNode)(nodeDef) &&
    isObject(ret) &&
    Object.values(ret).every(isText)
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isListOf(is: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => Array.isArray(value) && value.every(is);
}

function isGroup(value: unknown): value is { paths: string[]; weights: WeightEntry[] } {
  if (!isObject(value)) return false;
  const { paths, weights } = value;
  const areTexts = Array.isArray(paths) && paths.every((name) => typeof name === 'string' && !name.includes('\0'));
  return areTexts && Array.isArray(weights) && weights.every(isWeight);
}

function isWeight(value: unknown): value is WeightEntry {
  if (!isObject(value)) return false;
  const { name, dtype, shape, quantization } = value;
  const isSize = (size: unknown) => Number.isSafeInteger(size) && (size as number) >= 0;
  return (
    typeof name === 'string' &&
    typeof dtype === 'string' &&
    Array.isArray(shape) &&
    shape.every(isSize) &&
    Number.isSafeInteger(shape.reduce((product, size) => product * size, 8)) &&
    (quantization === undefined || isQuantization(quantization))
  );
}

function isQuantization(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { dtype, scale, min } = value;
  const isNumber = (number: unknown) => typeof number === 'number' && Number.isFinite(number);
  return dtype === 'float16' || ((dtype === 'uint8' || dtype === 'uint16') && isNumber(scale) && isNumber(min));
}

/** Not by recursion, which is what too deep a nesting would break. */
function depthOf(value: unknown): number {
  let depth = 0;
  for (let level = [value]; level.length > 0 && depth <= deepest; depth++) {
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
  }
  return depth;
}
