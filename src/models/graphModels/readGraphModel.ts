import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Type } from 'protobufjs';
import { isInFolder } from '../../data/isInFolder.ts';
import { defaultMemory, TooLittleMemory } from '../../data/memory.ts';
import { UserError } from '../../userError.ts';
import type { OpenOptions } from '../format.ts';
import { type Constant, elementCount } from '../onnx/graph/graph.ts';
import { fromHalf } from '../onnx/graph/halves.ts';
import type { ReadModel } from '../onnx/graph/readModel.ts';
import { readRange } from '../onnx/graph/readRange.ts';
import { type GraphDef, graphOf, type NodeDef, shapeOf } from '../tensorflow/graphDef.ts';
import { lower, type Port } from '../tensorflow/lowering/lower.ts';
import { type GraphFields, GraphMessage, type SignatureMessage, SignatureMessageType } from '../tensorflow/messages.ts';
import { saidOf } from '../tensorflow/saidOf.ts';
import { packed } from '../tensorflow/tensorProto.ts';
import { type GraphModelJson, parseGraphModel, type WeightEntry, type WeightGroup } from './graphModelJson.ts';

/** The types of weights, by the names of TensorFlow.js, in the graph. */
const types = { float32: 'float32', int32: 'int32', bool: 'bool' } as const;

/**
 * Reads a TensorFlow.js graph model, `model.json` and the weight files that it names, as an ONNX graph.
 * @param options what the weights may take in bytes, and the shape of images where the model leaves it open.
 * @throws UserError when a file is missing or damaged, the weights are too large, or an operator has no counterpart.
 */
export async function readGraphModel(
  file: string,
  { memory = defaultMemory(), ...stated }: Pick<OpenOptions, 'memory' | 'input' | 'size'> = {},
): Promise<ReadModel> {
  const json = await parseGraphModel(file);
  const total = json.weights
    .flatMap(({ entries }) => entries)
    .reduce((sum, entry) => sum + 4 * elementCount(entry.shape), 0);
  if (total > memory) throw new TooLittleMemory(`${file}: its weights take`, total, memory);
  const weights = new Map<string, Constant>();
  for (const group of json.weights)
    for (const [name, weight] of await readGroup(file, group)) weights.set(name, weight);
  const shards = json.weights.flatMap(({ paths }) => paths.map((name) => path.join(path.dirname(file), name)));
  const model = saidOf(file, () => {
    const graph = withWeights(topologyOf(json), weights);
    return lower({ graph, memory, ...portsOf(json, graph) }, stated);
  });
  return { ...model, files: [file, ...shards] };
}

function topologyOf({ topology }: GraphModelJson): GraphDef {
  return graphOf(messageOf<GraphFields>(GraphMessage, topology));
}

/** A protocol buffer from its JSON. @throws TypeError when it is none. */
function messageOf<T>(type: Type, json: object): T {
  try {
    return type.fromObject(json as Record<string, unknown>) as unknown as T;
  } catch (error) {
    throw new TypeError('its JSON is not that of a graph', { cause: error });
  }
}

/** The graph with its weights in its constants, which have only the names of them. */
function withWeights({ nodes, functions }: GraphDef, weights: ReadonlyMap<string, Constant>): GraphDef {
  const filled = (node: NodeDef): NodeDef => {
    if (node.operator !== 'Const') return node;
    const weight = weights.get(node.name);
    const attributes = new Map(node.attributes);
    // Without its weight, a constant would pass for zeros.
    if (weight === undefined) attributes.delete('value');
    else attributes.set('value', { kind: 'tensor', value: () => weight });
    return { ...node, attributes };
  };
  return {
    nodes: nodes.map(filled),
    functions: new Map([...functions].map(([name, body]) => [name, { ...body, nodes: body.nodes.map(filled) }])),
  };
}

/** The inputs and outputs that the signature names; without one, what is fed, and what nothing else takes. */
function portsOf(
  { signature }: GraphModelJson,
  { nodes }: GraphDef,
): { inputs: readonly Port[]; outputs: readonly Port[] } {
  const { inputs, outputs } = messageOf<SignatureMessage>(SignatureMessageType, signature ?? {});
  const ports = (list: SignatureMessage['inputs']): Port[] =>
    Object.entries(list).map(([name, { name: tensor, dtype, tensorShape }]) => ({
      name: withoutNumber(name),
      tensor,
      ...(dtype !== 0 && { type: dtype }),
      ...(tensorShape && { shape: shapeOf(tensorShape) }),
    }));
  const fed = nodes.filter(({ operator }) => operator === 'Placeholder');
  const taken = new Set(nodes.flatMap(({ inputs }) => inputs.map((input) => input.replace(/^\^|:\d+$/g, ''))));
  const last = nodes.filter(
    ({ name, operator }) => !taken.has(name) && operator !== 'NoOp' && operator !== 'Placeholder',
  );
  const asPort = ({ name, attributes }: NodeDef): Port => {
    const type = attributes.get('dtype');
    return { name, tensor: name, ...(type?.kind === 'type' && { type: type.value }) };
  };
  return {
    inputs: Object.keys(inputs).length > 0 ? ports(inputs) : fed.map(asPort),
    outputs: Object.keys(outputs).length > 0 ? ports(outputs) : last.map(asPort),
  };
}

/** Older converters name what is fed "input:0". */
function withoutNumber(name: string): string {
  return name.replace(/:0$/, '');
}

/** The weights of one group: all its files one after the other. */
async function readGroup(file: string, { paths, entries }: WeightGroup): Promise<[string, Constant][]> {
  const folder = path.dirname(file);
  const outside = paths.find((name) => path.isAbsolute(name) || !isInFolder(path.join(folder, name), folder));
  if (outside !== undefined) {
    throw new UserError(
      `${file}: its weight file ${outside} is outside the model’s folder, where Perturb does not read. Copy it next to the model, and correct the path.`,
    );
  }
  const wanted = entries.reduce((sum, entry) => sum + storedBytes(entry), 0);
  const sizes = await Promise.all(paths.map((name) => sizeOf(file, path.join(folder, name), name)));
  const found = sizes.reduce((sum, size) => sum + size, 0);
  if (found !== wanted) {
    const difference = found < wanted ? 'the file is truncated' : 'the file belongs to another model';
    throw new UserError(
      `${file}: ${paths.join(', ')} has ${found} bytes of weights, but the model needs ${wanted}: ${difference}. Copy it again.`,
    );
  }
  const shards: Uint8Array[] = [];
  for (const [index, name] of paths.entries()) {
    shards.push(await readRange({ file: path.join(folder, name), offset: 0, length: sizes[index] as number }));
  }
  const bytes = Buffer.concat(shards);
  let at = 0;
  return entries.flatMap((entry): [string, Constant][] => {
    const part = bytes.subarray(at, at + storedBytes(entry));
    at += part.length;
    return entry.dtype === 'string' ? [] : [[entry.name, weightOf(file, entry, part)]];
  });
}

async function sizeOf(file: string, at: string, name: string): Promise<number> {
  const found = await stat(at).catch((error: NodeJS.ErrnoException) => {
    const problem = error.code === 'ENOENT' ? 'is missing' : `cannot be read (${error.message})`;
    throw new UserError(`${file}: its weight file ${name} ${problem}. Copy it next to the model.`);
  });
  if (found.isFile()) return found.size;
  throw new UserError(`${file}: its weight file ${name} is no file. Copy it next to the model.`);
}

/** Bytes of a number, of the types that do not have 4. */
const bytesOfType: ReadonlyMap<string, number> = new Map([
  ['uint8', 1],
  ['bool', 1],
  ['uint16', 2],
  ['float16', 2],
]);

function storedBytes({ shape, dtype, quantization }: WeightEntry): number {
  return shape.reduce((product, size) => product * size, bytesOfType.get(quantization?.dtype ?? dtype) ?? 4);
}

/** The numbers of a weight; quantized ones are scaled back, as x · scale + min. */
function weightOf(file: string, { name, shape: dims, dtype, quantization }: WeightEntry, part: Uint8Array): Constant {
  const type = Object.hasOwn(types, dtype) ? types[dtype as keyof typeof types] : undefined;
  if (type === undefined) {
    throw new UserError(
      `${file}: its weight "${name}" has the type ${dtype}, which is not supported. Export it in float32.`,
    );
  }
  const own = new Uint8Array(part);
  if (quantization === undefined) {
    if (type === 'float32') refuseNonFinite(file, name, new Float32Array(own.buffer));
    return { type, dims, data: own };
  }
  const { scale = 1, min = 0 } = quantization;
  const stored = quantization.dtype === 'uint8' ? own : new Uint16Array(own.buffer);
  const isHalf = quantization.dtype === 'float16';
  const numberOf = (level: number) => (isHalf ? fromHalf(level) : level * scale + min);
  // Whole numbers are quantized as well, and rounded back.
  if (type !== 'float32')
    return {
      type,
      dims,
      data: packed(
        type,
        Array.from(stored, (level) => Math.round(numberOf(level))),
      ),
    };
  const values = Float32Array.from(stored, numberOf);
  refuseNonFinite(file, name, values);
  return { type, dims, data: new Uint8Array(values.buffer) };
}

function refuseNonFinite(file: string, name: string, values: Float32Array): void {
  const at = values.findIndex((value) => Number.isNaN(value));
  if (at < 0) return;
  throw new UserError(
    `${file}: weight ${name} holds NaN at index ${at}. A model with such weights is useless; train or export it again.`,
  );
}
