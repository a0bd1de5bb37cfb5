import { FlatBuffer, type Span, type Table } from './flatbuffer.ts';
import { operatorNames } from './operators.ts';

/** The types of tensors, in the order of their codes. */
const tensorTypes = [
  ...['float32', 'float16', 'int32', 'uint8', 'int64', 'string', 'bool', 'int16', 'complex64', 'int8', 'float64'],
  ...['complex128', 'uint64', 'resource', 'variant', 'uint32', 'uint16', 'int4', 'bfloat16', 'int2', 'uint4'],
] as const;
export type TensorType = (typeof tensorTypes)[number];

const isWhole = /^u?int/;

/** What whole numbers q stand for: scale · (q − zero point), for all, or for each index of an axis. */
export interface Quantization {
  readonly scales: readonly number[];
  readonly zeroPoints: readonly number[];
  readonly axis: number;
}

/** A tensor of the graph. */
export interface TensorInfo {
  readonly name: string;
  readonly type: TensorType;
  /** Sizes; 1 where the signature has −1, which stands for any. */
  readonly dims: readonly number[];
  readonly signature: readonly number[];
  /** Where its numbers are in the file; missing if it is computed. */
  readonly stored?: Span;
  readonly quantization?: Quantization;
  /** Why its numbers cannot be read. */
  readonly unreadable?: string;
}

/** A call of an operator, whose tensors are named by their indices; −1 is one that is left out. */
export interface Operator {
  /** Such as "CONV_2D"; of a custom one, "CUSTOM" and the name that its author gave it. */
  readonly name: string;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Which table of options it has, by the number in the schema. */
  readonly optionsKind: number;
  readonly options: Table | undefined;
}

/** The main graph of a file. */
export interface Program {
  readonly tensors: readonly TensorInfo[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly operators: readonly Operator[];
  /** Where other data in the file are, by their names. */
  readonly attachments: ReadonlyMap<string, Span>;
}

/** What code 127 in the byte that once held the code says: that it is in the newer field alone. */
const beyondByte = 127;

/**
 * Reads the graph of a TensorFlow Lite file (schema version 3).
 * @param bytes of the file, at least all that comes before buffers that are stored behind the graph.
 * @throws RangeError or TypeError when it is not intact.
 */
export function parseProgram(bytes: Uint8Array): Program {
  const buffer = new FlatBuffer(bytes);
  if (buffer.identifier !== 'TFL3') throw new TypeError('it does not begin as one');
  const model = buffer.root();
  const [graph] = model.tables(2);
  if (graph === undefined) throw new TypeError('it has no graph');
  const codes = model.tables(1).map(nameOf);
  const buffers = model.tables(4).map(storedIn);
  const tensors = graph.tables(0).map((table) => tensorOf(table, buffers));
  const known = (indices: readonly number[], least: number) => {
    const isKnown = indices.every((index) => index >= least && index < tensors.length);
    if (!isKnown) throw new RangeError('it names a tensor that is not there');
    return indices;
  };
  return {
    tensors,
    inputs: known(graph.numbers(1, 'int32'), 0),
    outputs: known(graph.numbers(2, 'int32'), 0),
    operators: graph.tables(3).map((table): Operator => {
      const name = codes[table.number(0, 'uint32')];
      if (name === undefined) throw new RangeError('it names an operator that is not there');
      return {
        name,
        inputs: known(table.numbers(1, 'int32'), -1),
        outputs: known(table.numbers(2, 'int32'), 0),
        optionsKind: table.number(3, 'uint8'),
        options: table.table(4),
      };
    }),
    attachments: attachmentsIn(model, buffers),
  };
}

function nameOf(table: Table): string {
  const old = table.number(0, 'int8');
  const code = old < beyondByte ? Math.max(old, table.number(3, 'int32')) : table.number(3, 'int32');
  const name = operatorNames[code] ?? `number ${code}`;
  return name === 'CUSTOM' ? `CUSTOM ${table.text(1) ?? ''}`.trim() : name;
}

/** Its numbers, in the graph or, for files above 2 GB, behind it. */
function storedIn(table: Table): Span | undefined {
  // A place of 1 stands for one that was never written.
  const offset = table.number(1, 'uint64');
  const span = offset > 1 ? { offset, length: table.number(2, 'uint64') } : table.span(0);
  return span.length > 0 ? span : undefined;
}

function tensorOf(table: Table, buffers: readonly (Span | undefined)[]): TensorInfo {
  const dims = table.numbers(0, 'int32');
  const type = tensorTypes[table.number(1, 'int8')];
  const index = table.number(2, 'uint32');
  if (type === undefined) throw new RangeError('a tensor has a type that is not known');
  if (dims.some((size) => size < 0)) throw new RangeError('a tensor has a negative size');
  if (index >= buffers.length) throw new RangeError('a tensor names a buffer that is not there');
  const stored = buffers[index];
  const quantization = table.table(4);
  const unreadable = table.has(6)
    ? 'only the numbers of it that are not zero are stored'
    : quantization?.table(5)
      ? 'its numbers are quantized in blocks'
      : undefined;
  const quantized = quantization && quantizationIn(quantization);
  return {
    name: table.text(3) ?? '',
    type,
    dims,
    signature: table.numbers(7, 'int32'),
    ...(stored && { stored }),
    ...(quantized && isWhole.test(type) && { quantization: quantized }),
    ...(unreadable && { unreadable }),
  };
}

function quantizationIn(table: Table): Quantization | undefined {
  const scales = table.numbers(2, 'float32');
  const zeroPoints = table.numbers(3, 'int64');
  if (scales.length === 0) return undefined;
  return { scales, zeroPoints, axis: table.number(6, 'int32') };
}

function attachmentsIn(model: Table, buffers: readonly (Span | undefined)[]): Map<string, Span> {
  return new Map(
    model.tables(6).flatMap((entry): [string, Span][] => {
      const span = buffers[entry.number(1, 'uint32')];
      return span ? [[entry.text(0) ?? '', span]] : [];
    }),
  );
}
