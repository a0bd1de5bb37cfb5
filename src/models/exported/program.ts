import { UserError } from '../../userError.ts';
import type { ElementType } from '../onnx/graph/graph.ts';

/** A size that is fixed, or an expression of sizes that are not, such as "s0". */
export type Dim = number | string;

/** What is known about a tensor before it is computed. */
export interface TensorMeta {
  readonly dims: readonly Dim[];
  /** How many numbers lie between neighbors along each axis. */
  readonly strides: readonly Dim[];
  /** PyTorch's number of its type. */
  readonly scalarType: number;
}

/** What a node is called with. Types of numbers and the like are left out where results state them. */
export type Argument =
  | undefined
  | number
  | boolean
  | string
  | { readonly tensor: string }
  | { readonly symbol: Dim }
  | readonly Argument[]
  | { readonly unsupported: string };

/** A call of an operator. */
export interface ProgramNode {
  /** Such as "torch.ops.aten.conv2d.default". */
  readonly target: string;
  readonly args: ReadonlyMap<string, Argument>;
  /** The tensors that it gives; undefined for those that it leaves out. */
  readonly outputs: readonly (string | undefined)[];
}

/** Where a tensor that enters the graph comes from. */
export interface ProgramInput {
  readonly name: string;
  /** Name of the weight, buffer or constant; missing for what the caller passes. */
  readonly stored?: string;
}

/** A computation that `torch.export` recorded. */
export interface Program {
  readonly inputs: readonly ProgramInput[];
  readonly outputs: readonly string[];
  readonly nodes: readonly ProgramNode[];
  readonly tensors: ReadonlyMap<string, TensorMeta>;
}

/** Types of numbers as tensors of the graph have them; all that are not whole are float32. */
const elementTypeOf = new Map<number, ElementType>([
  ...([6, 7, 8, 13] as const).map((number): [number, ElementType] => [number, 'float32']),
  [1, 'uint8'],
  [2, 'int8'],
  [3, 'int16'],
  [4, 'int32'],
  [5, 'int64'],
  [12, 'bool'],
]);

/** The type of a tensor in the graph. @throws UserError for complex numbers and other rare types. */
export function elementType({ scalarType }: TensorMeta, name: string): ElementType {
  const type = elementTypeOf.get(scalarType);
  if (type !== undefined) return type;
  throw new UserError(
    `The tensor "${name}" has numbers of a type (${scalarType}) that is not supported, such as complex or 8-bit floating-point numbers. Export the model in float32.`,
  );
}

/**
 * Reads the graph of an exported program, as its JSON has it.
 * @throws TypeError when it does not have the form of one.
 */
export function parseProgram(json: unknown): Program {
  const root = object(json);
  const { graph: written, signature } = object(root.graph_module);
  const graph = object(written);
  const symbols = new Map(
    Object.entries(object(graph.sym_int_values ?? {})).map(([name, value]) => [name, dimOf(value)]),
  );
  const { input_specs, output_specs } = object(signature);
  const tensors = new Map(Object.entries(object(graph.tensor_values)).map(([name, meta]) => [name, metaOf(meta)]));
  return {
    inputs: list(input_specs).flatMap(inputOf),
    outputs: list(output_specs).flatMap((spec) => {
      const { user_output: output } = object(spec);
      const argument = output === undefined ? undefined : argumentOf(object(output).arg, symbols);
      return isTensor(argument) ? [argument.tensor] : [];
    }),
    nodes: list(graph.nodes).map((node) => nodeOf(object(node), symbols)),
    tensors,
  };
}

export function isTensor(argument: Argument): argument is { readonly tensor: string } {
  return typeof argument === 'object' && 'tensor' in argument;
}

/** A tensor's description. @throws TypeError when it does not have the form of one. */
export function metaOf(json: unknown): TensorMeta {
  const { sizes, strides, dtype } = object(json);
  const meta = { dims: list(sizes).map(dimOf), strides: list(strides).map(dimOf), scalarType: whole(dtype) };
  if (meta.dims.length !== meta.strides.length) throw new TypeError('a tensor has not as many strides as axes');
  return meta;
}

/** A size that may be an expression. */
export function dimOf(json: unknown): Dim {
  const { as_int, as_expr } = object(json);
  return as_expr === undefined ? whole(as_int) : expressionIn(text(object(as_expr).expr_str));
}

/** "4*s77" for `Mul(Integer(4), Symbol('s77', positive=True, integer=True))`: newer versions write how SymPy makes it. */
function expressionIn(written: string): string {
  return written
    .replace(/Symbol\('([^']+)'[^()]*\)/g, '$1')
    .replace(/Integer\((-?\d+)\)/g, '$1')
    .replace(/^Mul\(([^(),]+), ([^(),]+)\)$/, '$1*$2');
}

function inputOf(json: unknown): ProgramInput[] {
  const [[kind, spec] = []] = Object.entries(object(json));
  if (kind === undefined) return [];
  const { arg, ...rest } = object(spec);
  const stored = rest.parameter_name ?? rest.buffer_name ?? rest.tensor_constant_name;
  if (kind === 'user_input') {
    const argument = argumentOf(arg, new Map());
    return isTensor(argument) ? [{ name: argument.tensor }] : [];
  }
  return stored === undefined ? [] : [{ name: text(object(arg).name), stored: text(stored) }];
}

function nodeOf({ target, inputs, outputs }: Json, symbols: ReadonlyMap<string, Dim>): ProgramNode {
  return {
    target: text(target),
    args: new Map(
      list(inputs).map((input, index) => {
        const { name, arg } = object(input);
        return [typeof name === 'string' && name !== '' ? name : String(index), argumentOf(arg, symbols)];
      }),
    ),
    outputs: list(outputs).flatMap((output) => {
      const argument = argumentOf(output, symbols);
      const values: readonly Argument[] = Array.isArray(argument) ? argument : [argument as Argument];
      return values.map((value) => (isTensor(value) ? value.tensor : undefined));
    }),
  };
}

function argumentOf(json: unknown, symbols: ReadonlyMap<string, Dim>): Argument {
  const [[kind, value] = []] = Object.entries(object(json)).filter(([, value]) => value !== null);
  const tensor = (entry: unknown) => ({ tensor: text(object(entry).name) });
  const symbol = (entry: unknown): Argument => {
    const { as_name: name, ...number } = object(entry);
    if (name === undefined) return numberOf(number.as_int ?? number.as_float ?? number.as_bool);
    return { symbol: symbols.get(text(name)) ?? text(name) };
  };
  switch (kind) {
    case undefined:
    case 'as_none':
    case 'as_memory_format':
    case 'as_layout':
    case 'as_device':
    case 'as_scalar_type':
      return undefined;
    case 'as_tensor':
      return tensor(value);
    case 'as_tensors':
      return list(value).map(tensor);
    case 'as_optional_tensor':
      return argumentOf(value, symbols);
    case 'as_optional_tensors':
      return list(value).map((entry) => argumentOf(entry, symbols));
    case 'as_int':
    case 'as_float':
      return numberOf(value);
    case 'as_bool':
      return value === true;
    case 'as_string':
      return text(value);
    case 'as_ints':
    case 'as_floats':
      return list(value).map(numberOf);
    case 'as_bools':
      return list(value).map((entry) => entry === true);
    case 'as_strings':
      return list(value).map(text);
    case 'as_sym_int':
    case 'as_sym_float':
      return symbol(value);
    case 'as_sym_ints':
    case 'as_sym_floats':
      return list(value).map(symbol);
    default:
      return { unsupported: kind.replace(/^as_/, '') };
  }
}

type Json = Readonly<Record<string, unknown>>;

/** @throws TypeError for anything but an object. */
export function object(value: unknown): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw missing('an object', value);
}

function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw missing('a list', value);
}

/** @throws TypeError for anything but text. */
export function text(value: unknown): string {
  if (typeof value === 'string') return value;
  throw missing('a name', value);
}

/** JSON has no infinity, so it is written as text. */
function numberOf(value: unknown): number | boolean {
  if (typeof value === 'boolean') return value;
  const number = typeof value === 'string' ? Number(value) : value;
  if (typeof number === 'number' && (value !== '' || number !== 0)) return number;
  throw missing('a number', value);
}

function whole(value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw missing('a size', value);
}

function missing(what: string, value: unknown): TypeError {
  const found =
    value === undefined ? 'nothing' : typeof value === 'object' ? 'another value' : JSON.stringify(value).slice(0, 40);
  return new TypeError(`${what} is missing where ${found} is`);
}
