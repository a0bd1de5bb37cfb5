import path from 'node:path';
import { isInFolder } from '../../../data/isInFolder.ts';
import { UserError } from '../../../userError.ts';
import {
  type Attribute,
  bytesPerElement,
  type Constant,
  type ElementType,
  elementCount,
  elementTypes,
  type FileRange,
  type Graph,
  type Model,
  type Node,
  type Value,
} from './graph.ts';
import { inlineFunctions } from './inlineFunctions.ts';
import {
  type AttributeMessage,
  amended,
  type GraphMessage,
  type ModelFields,
  ModelMessage,
  type NodeMessage,
  type TensorMessage,
  type ValueMessage,
} from './protobuf.ts';

/**
 * Constants up to this many bytes are kept in memory, since they include shapes and axes; larger ones stay in the file.
 */
const inMemory = 64 * 1024;

/**
 * With more nodes, ONNX Runtime takes hours to prepare a gradient. Networks of a hundred layers have a few thousand.
 */
const mostNodes = 20_000;

/** How deep graphs inside attributes (the branches of If) may nest. */
const deepestGraph = 16;

const typeNames = new Map<number, ElementType>(
  Object.entries(elementTypes).map(([name, number]) => [number, name as ElementType]),
);

/** Turns the bytes of an ONNX file into a model. */
export class Decoder {
  /** External files, with the number of bytes that each must have. */
  readonly external = new Map<string, number>();
  /** Bytes of all constants. */
  weights = 0;
  readonly #bytes: Uint8Array;
  readonly #file: string;

  constructor(bytes: Uint8Array, file: string) {
    this.#bytes = bytes;
    this.#file = file;
  }

  /** @throws UserError when the file is damaged. */
  decode(): Model {
    const message = this.#message();
    const { opset_import, metadata_props } = message;
    if (message.graph === null || message.graph.node.length === 0) throw this.#damaged('it holds no graph');
    const graph = amended(message.graph, { node: inlineFunctions(message, mostNodes) });
    if (graph.node.length > mostNodes) {
      throw new UserError(
        `${this.#file}: the model has ${graph.node.length} nodes, but at most ${mostNodes} are supported. Simplify it, or export it again with constants folded.`,
      );
    }
    if (opset_import.length === 0) throw this.#damaged('it does not state its version of the operators');
    return {
      graph: this.#inOrder(this.#graph(graph, 0)),
      opsets: new Map(opset_import.map(({ domain, version }) => [standardName(domain), Number(version)])),
      metadata: new Map(metadata_props.map(({ key, value }) => [key, value])),
      folder: path.dirname(this.#file),
    };
  }

  /** Later steps rely on nodes being in an order in which they can run. */
  #inOrder(graph: Graph): Graph {
    const made = new Set(['', ...graph.inputs.map(({ name }) => name), ...graph.constants.keys()]);
    for (const { operator, inputs, outputs } of graph.nodes) {
      const early = inputs.find((value) => !made.has(value));
      if (early !== undefined) throw this.#damaged(`${operator} reads "${early}", which no node before it makes`);
      for (const output of outputs) {
        if (output !== '' && made.has(output)) throw this.#damaged(`two values have the name "${output}"`);
        made.add(output);
      }
    }
    return graph;
  }

  #message(): ModelFields {
    try {
      return ModelMessage.decode(this.#bytes) as unknown as ModelFields;
    } catch (error) {
      throw this.#damaged(error instanceof Error ? error.message : String(error));
    }
  }

  #graph(message: GraphMessage, depth: number): Graph {
    if (depth > deepestGraph) throw this.#damaged('its graphs are nested too deep');
    if (message.sparse_initializer.length > 0) {
      throw new UserError(
        `${this.#file}: the model has sparse weights, which are not supported. Export it with dense ones.`,
      );
    }
    const constants = new Map(message.initializer.map((tensor) => [tensor.name, this.#constant(tensor)]));
    const nodes: Node[] = [];
    for (const node of message.node.map((node) => this.#node(node, depth))) {
      const constant = constantOf(node);
      if (constant) constants.set(node.outputs[0] as string, constant);
      else nodes.push(node);
    }
    return {
      // Initializers used to be inputs as well, with a default.
      inputs: message.input.map((input) => this.#value(input)).filter(({ name }) => !constants.has(name)),
      outputs: message.output.map((output) => this.#value(output)),
      nodes,
      constants,
    };
  }

  #value({ name, type }: ValueMessage): Value {
    const tensor = type?.tensor_type;
    const dims = tensor?.shape?.dim.map((dim) =>
      dim.value === 'dim_value' ? Number(dim.dim_value) : dim.dim_param || '?',
    );
    const stated = tensor?.elem_type ? { type: this.#type(tensor.elem_type, name) } : {};
    const isTensor = type === null || tensor !== null;
    return { name, ...stated, ...(dims ? { dims } : {}), ...(isTensor ? {} : { isTensor }) };
  }

  #node({ input, output, op_type, domain, attribute }: NodeMessage, depth: number): Node {
    return {
      operator: op_type,
      domain: standardName(domain),
      inputs: input,
      outputs: output,
      attributes: Object.fromEntries(
        attribute.flatMap((message) => {
          const read = this.#attribute(message, depth);
          return read ? [[message.name, read]] : [];
        }),
      ),
    };
  }

  #attribute(message: AttributeMessage, depth: number): Attribute | undefined {
    const { type, f, i, s, t, g, floats, ints, strings } = message;
    switch (type) {
      case 1:
        return { kind: 'float', value: f };
      case 2:
        return { kind: 'int', value: Number(i) };
      case 3:
        return { kind: 'string', value: textOf(s) };
      case 4:
        if (t === null) throw this.#damaged(`attribute ${message.name} has no tensor`);
        return { kind: 'tensor', value: this.#constant(t) };
      case 5:
        if (g === null) throw this.#damaged(`attribute ${message.name} has no graph`);
        return { kind: 'graph', value: this.#graph(g, depth + 1) };
      case 6:
        return { kind: 'floats', value: floats };
      case 7:
        return { kind: 'ints', value: ints.map(Number) };
      case 8:
        return { kind: 'strings', value: strings.map(textOf) };
      default:
        // Lists of tensors, graphs and types belong to sequence operators, which no classifier needs.
        return undefined;
    }
  }

  #type(number: number, name: string): ElementType {
    const type = typeNames.get(number);
    if (type === undefined) {
      throw new UserError(
        `${this.#file}: "${name}" has numbers of a type (${number}) that is not supported. Export the model in float32.`,
      );
    }
    return type;
  }

  #constant(tensor: TensorMessage): Constant {
    const { name, data_type, raw_data, data_location } = tensor;
    const type = this.#type(data_type, name);
    const dims = tensor.dims.map(Number);
    if (type === 'string') return { type, dims, data: new Uint8Array() };
    const length = Math.ceil(elementCount(dims) * bytesPerElement(type));
    if (!Number.isSafeInteger(length) || dims.some((size) => size < 0)) {
      throw this.#damaged(`the constant "${name}" has the impossible shape [${dims.join(', ')}]`);
    }
    this.weights += length;
    if (data_location === 1) return { type, dims, data: this.#externalRange(tensor, length) };
    if (raw_data.length > 0) {
      if (raw_data.length !== length) throw this.#wrongLength(name, length, raw_data.length);
      const offset = raw_data.byteOffset - this.#bytes.byteOffset;
      if (length <= inMemory) return { type, dims, data: new Uint8Array(raw_data) };
      return { type, dims, data: { file: this.#file, offset, length } };
    }
    const data = pack(type, tensor);
    if (data.length !== length) throw this.#wrongLength(name, length, data.length);
    return { type, dims, data };
  }

  #externalRange({ name, external_data }: TensorMessage, expected: number): FileRange {
    const entries = new Map(external_data.map(({ key, value }) => [key, value]));
    const location = entries.get('location');
    if (!location) throw this.#damaged(`the constant "${name}" does not say in which file its numbers are`);
    const folder = path.dirname(this.#file);
    const file = path.resolve(folder, location);
    if (path.isAbsolute(location) || !isInFolder(file, folder)) {
      throw new UserError(
        `${this.#file}: its weights are in ${location}, outside the model's folder, where Perturb does not read. Export the model again, with its weights in the same folder.`,
      );
    }
    const offset = Number(entries.get('offset') ?? 0);
    const length = Number(entries.get('length') ?? expected);
    if (!Number.isSafeInteger(offset) || offset < 0)
      throw this.#damaged(`the constant "${name}" has the offset ${entries.get('offset')}`);
    if (length !== expected) throw this.#wrongLength(name, expected, length);
    this.external.set(file, Math.max(this.external.get(file) ?? 0, offset + length));
    return { file, offset, length };
  }

  #wrongLength(name: string, expected: number, actual: number): UserError {
    return this.#damaged(`the constant "${name}" has ${actual} bytes, but its shape needs ${expected}`);
  }

  #damaged(reason: string): UserError {
    return new UserError(
      `${this.#file}: this is not an intact ONNX model (${reason}). The file may be truncated; export or copy it again.`,
    );
  }
}

function standardName(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

/** The tensor of a Constant node, which becomes a constant. */
function constantOf({ operator, domain, outputs, attributes }: Node): Constant | undefined {
  if (operator !== 'Constant' || domain !== '' || outputs.length !== 1) return undefined;
  const { value, value_float, value_floats, value_int, value_ints } = attributes;
  if (value?.kind === 'tensor') return value.value;
  if (value_float?.kind === 'float') return packed('float32', [], [value_float.value]);
  if (value_floats?.kind === 'floats') return packed('float32', [value_floats.value.length], value_floats.value);
  if (value_int?.kind === 'int') return packed('int64', [], [value_int.value]);
  if (value_ints?.kind === 'ints') return packed('int64', [value_ints.value.length], value_ints.value);
  return undefined;
}

function packed(type: 'float32' | 'int64', dims: readonly number[], values: readonly number[]): Constant {
  const array = type === 'float32' ? Float32Array.from(values) : BigInt64Array.from(values, BigInt);
  return { type, dims, data: new Uint8Array(array.buffer) };
}

/** Numbers that are not stored as raw bytes, from the field for their type. */
function pack(type: ElementType, tensor: TensorMessage): Uint8Array {
  const { float_data, int32_data, int64_data, double_data, uint64_data } = tensor;
  switch (type) {
    case 'float32':
      return bytesOf(Float32Array.from(float_data));
    case 'float64':
      return bytesOf(Float64Array.from(double_data));
    case 'int64':
      return bytesOf(BigInt64Array.from(int64_data, (value) => BigInt(String(value))));
    case 'uint64':
      return bytesOf(BigUint64Array.from(uint64_data, (value) => BigInt(String(value))));
    case 'uint32':
      return bytesOf(Uint32Array.from(uint64_data, Number));
    case 'int32':
      return bytesOf(Int32Array.from(int32_data));
    case 'int16':
    case 'uint16':
    case 'float16':
    case 'bfloat16':
      return bytesOf(Uint16Array.from(int32_data));
    default:
      return bytesOf(Uint8Array.from(int32_data));
  }
}

function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength);
}
