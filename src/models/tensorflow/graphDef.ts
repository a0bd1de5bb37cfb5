import type { Constant } from '../onnx/graph/graph.ts';
import type {
  AttributeMessage,
  FunctionMessage,
  GraphFields,
  NodeMessage,
  ShapeMessage,
  TensorMessage,
} from './messages.ts';
import { constantOf } from './tensorProto.ts';

/** The sizes of a tensor; undefined where the graph leaves one open, and for all where it leaves the rank open. */
export type PartialShape = readonly (number | undefined)[] | undefined;

/** A value of an attribute. */
export type Attribute =
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'flag'; readonly value: boolean }
  | { readonly kind: 'type'; readonly value: number }
  | { readonly kind: 'shape'; readonly value: PartialShape }
  | { readonly kind: 'tensor'; readonly value: () => Constant }
  | { readonly kind: 'function'; readonly value: string }
  | { readonly kind: 'numbers'; readonly value: readonly number[] }
  | { readonly kind: 'texts'; readonly value: readonly string[] }
  /** A tensor of text. */
  | { readonly kind: 'names'; readonly value: readonly string[] };

/** An operation as a graph lists it; inputs are references such as "conv", "split:1", and "^init", which only comes before. */
export interface NodeDef {
  readonly name: string;
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

/** A function; the references to its outputs are in the order in which a call gives them. */
export interface FunctionDef {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly NodeDef[];
}

/** A graph, and the functions that it calls, by their names. */
export interface GraphDef {
  readonly nodes: readonly NodeDef[];
  readonly functions: ReadonlyMap<string, FunctionDef>;
}

/**
 * Reads a decoded graph.
 * @throws TypeError when it does not have the form of one.
 */
export function graphOf({ node, library }: GraphFields): GraphDef {
  const functions = (library?.function ?? []).map((each) => [each.signature?.name ?? '', functionOf(each)] as const);
  return { nodes: node.map(nodeOf), functions: new Map(functions) };
}

function functionOf({ signature, nodeDef, ret }: FunctionMessage): FunctionDef {
  const { inputArg = [], outputArg = [] } = signature ?? {};
  return {
    inputs: inputArg.map(({ name }) => name),
    outputs: outputArg.map(({ name }) => (Object.hasOwn(ret, name) ? (ret[name] as string) : '')),
    nodes: nodeDef.map(nodeOf),
  };
}

function nodeOf({ name, op, input, attr }: NodeMessage): NodeDef {
  const attributes = Object.entries(attr).flatMap(([key, value]) => {
    const attribute = attributeOf(value, name);
    return attribute === undefined ? [] : [[key, attribute] as const];
  });
  return { name, operator: op, inputs: input, attributes: new Map(attributes) };
}

function attributeOf(message: AttributeMessage, node: string): Attribute | undefined {
  switch (message.value) {
    case 's':
      return { kind: 'text', value: textOf(message.s) };
    case 'i':
      return { kind: 'number', value: Number(message.i) };
    case 'f':
      return { kind: 'number', value: message.f };
    case 'b':
      return { kind: 'flag', value: message.b };
    case 'type':
      return { kind: 'type', value: message.type };
    case 'shape':
      return { kind: 'shape', value: shapeOf(message.shape) };
    case 'tensor':
      if (message.tensor?.dtype === text) return { kind: 'names', value: message.tensor.stringVal.map(textOf) };
      return { kind: 'tensor', value: once(() => constantOf(message.tensor as TensorMessage, node)) };
    case 'func':
      return { kind: 'function', value: message.func?.name ?? '' };
    case 'list': {
      const { s = [], i = [], f = [] } = message.list ?? {};
      // Not by map(), which passes over what damaged JSON has left empty.
      if (s.length > 0) return { kind: 'texts', value: Array.from(s, textOf) };
      return { kind: 'numbers', value: i.length > 0 ? Array.from(i, Number) : f };
    }
    default:
      return undefined;
  }
}

/** TensorFlow's number of the type of texts. */
const text = 7;

/** Numbers are decoded when they are asked for, and then kept: a function may be called from several places. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

/** A shape of which sizes, or the rank, may be open. */
export function shapeOf(message: ShapeMessage | null): PartialShape {
  if (message === null || message.unknownRank) return undefined;
  return message.dim.map(({ size }) => {
    const number = Number(size);
    return Number.isSafeInteger(number) && number >= 0 ? number : undefined;
  });
}
