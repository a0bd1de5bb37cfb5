import { CannotLower } from '../../cannotLower.ts';
import type { Kind, Table } from '../flatbuffer.ts';

/** A field of a table of options: its number in the schema, how it is written, and its default where that is not 0. */
type Field = readonly [number: number, kind: Kind, missing?: number];

interface Layout {
  /** Number of the table in the schema's union. */
  readonly kind: number;
  readonly fields: Readonly<Record<string, Field>>;
}

const window = (activation: number) => ({
  padding: [0, 'int8'] as Field,
  strideWidth: [1, 'int32'] as Field,
  strideHeight: [2, 'int32'] as Field,
  activation: [activation, 'int8'] as Field,
});
const pool: Layout = { kind: 5, fields: { ...window(5), width: [3, 'int32'], height: [4, 'int32'] } };
const reducer: Layout = { kind: 27, fields: { keepDims: [0, 'bool'] } };
const activated = (kind: number): Layout => ({ kind, fields: { activation: [0, 'int8'] } });

/** The options of each operator that has any which matter. */
const layouts: Readonly<Record<string, Layout>> = {
  CONV_2D: {
    kind: 1,
    fields: { ...window(3), dilationWidth: [4, 'int32', 1], dilationHeight: [5, 'int32', 1] },
  },
  DEPTHWISE_CONV_2D: {
    kind: 2,
    fields: { ...window(4), dilationWidth: [5, 'int32', 1], dilationHeight: [6, 'int32', 1] },
  },
  TRANSPOSE_CONV: { kind: 49, fields: window(3) },
  FULLY_CONNECTED: {
    kind: 8,
    fields: { activation: [0, 'int8'], weightsFormat: [1, 'int8'], keepDims: [2, 'bool'] },
  },
  BATCH_MATMUL: { kind: 101, fields: { adjointX: [0, 'bool'], adjointY: [1, 'bool'] } },
  AVERAGE_POOL_2D: pool,
  MAX_POOL_2D: pool,
  L2_POOL_2D: pool,
  ADD: activated(11),
  SUB: activated(28),
  MUL: activated(21),
  DIV: activated(29),
  L2_NORMALIZATION: activated(12),
  CONCATENATION: { kind: 10, fields: { axis: [0, 'int32'], activation: [1, 'int8'] } },
  SOFTMAX: { kind: 9, fields: { beta: [0, 'float32'] } },
  LOCAL_RESPONSE_NORMALIZATION: {
    kind: 13,
    fields: { radius: [0, 'int32'], bias: [1, 'float32'], alpha: [2, 'float32'], beta: [3, 'float32'] },
  },
  RESIZE_BILINEAR: { kind: 15, fields: { alignCorners: [2, 'bool'], halfPixelCenters: [3, 'bool'] } },
  RESIZE_NEAREST_NEIGHBOR: { kind: 74, fields: { alignCorners: [0, 'bool'], halfPixelCenters: [1, 'bool'] } },
  SPACE_TO_DEPTH: { kind: 19, fields: { blockSize: [0, 'int32'] } },
  DEPTH_TO_SPACE: { kind: 94, fields: { blockSize: [0, 'int32'] } },
  GATHER: { kind: 23, fields: { axis: [0, 'int32'], batchDims: [1, 'int32'] } },
  MEAN: reducer,
  SUM: reducer,
  REDUCE_MAX: reducer,
  REDUCE_MIN: reducer,
  REDUCE_PROD: reducer,
  STRIDED_SLICE: {
    kind: 32,
    fields: {
      beginMask: [0, 'int32'],
      endMask: [1, 'int32'],
      ellipsisMask: [2, 'int32'],
      newAxisMask: [3, 'int32'],
      shrinkAxisMask: [4, 'int32'],
      offset: [5, 'bool'],
    },
  },
  PACK: { kind: 59, fields: { axis: [1, 'int32'] } },
  UNPACK: { kind: 64, fields: { axis: [1, 'int32'] } },
  LEAKY_RELU: { kind: 75, fields: { alpha: [0, 'float32'] } },
  MIRROR_PAD: { kind: 77, fields: { mode: [0, 'int8'] } },
  CUMSUM: { kind: 102, fields: { exclusive: [0, 'bool'], reverse: [1, 'bool'] } },
  GELU: { kind: 116, fields: { approximate: [0, 'bool'] } },
};

/**
 * An option of a call; flags are 0 or 1.
 * @param kind number of the table in the union.
 * @throws CannotLower when its options are those of another operator.
 */
export function optionIn(operator: string, kind: number, table: Table | undefined, name: string): number {
  const layout = layouts[operator];
  const field = layout?.fields[name];
  if (layout === undefined || field === undefined) return 0;
  const [number, type, missing = 0] = field;
  if (table === undefined || kind === 0) return missing;
  if (kind !== layout.kind) throw new CannotLower('its options are those of another operator');
  return table.number(number, type, missing);
}

/** Whether an operator has an option. */
export function isOption(operator: string, name: string): boolean {
  return layouts[operator]?.fields[name] !== undefined;
}
