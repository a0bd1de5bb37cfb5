import { broadcast } from '../../broadcast.ts';
import { float } from '../../onnx/graph/graphBuilder.ts';
import { sliceOfAxis } from '../../sliceOfAxis.ts';
import { activationFunctions } from '../lowering/activations.ts';
import { axisOf, type LayoutBuilder, type Lowered } from '../lowering/layoutBuilder.ts';
import { inOneLayout } from '../lowering/merging.ts';
import type { Config } from '../lowering/step.ts';
import { axesIn } from './axes.ts';
import type { Dims, OnnxLayerKind } from './onnxLayer.ts';

/** A number or nested lists of numbers that a model calculates with, or null where it takes a tensor. */
export type Operand = null | number | readonly Operand[];

/** An index along an axis; "ellipsis" stands for all axes that are left, "new" for a new one of size 1. */
export type Index =
  | number
  | 'ellipsis'
  | 'new'
  | { readonly start?: number | null; readonly stop?: number | null; readonly step?: number | null };

interface Settings {
  readonly axis?: number | readonly number[] | null;
  readonly axes?: readonly number[] | null;
  readonly keepdims?: boolean;
  readonly newshape?: readonly (number | null)[];
  readonly index?: readonly Index[];
  readonly xMin?: number;
  readonly xMax?: number;
  readonly approximate?: boolean;
  readonly negativeSlope?: number;
  readonly alpha?: number;
}

interface Operation {
  shape(inputs: readonly Dims[], settings: Settings, operands: readonly Operand[]): Dims;
  emit(
    inputs: readonly Lowered[],
    shape: Dims,
    settings: Settings,
    build: LayoutBuilder,
    operands: readonly Operand[],
  ): Lowered;
}

/** The dimensions of nested lists. */
function dimsOf(operand: Operand): number[] {
  return Array.isArray(operand) ? [operand.length, ...dimsOf(operand[0] ?? null)] : [];
}

/** Of two numbers, at each position; lists and sizes of 1 are repeated. */
function binary(operator: string): Operation {
  return {
    shape(inputs, _, operands) {
      const ranks = new Set(inputs.map(({ length }) => length));
      const [rank = 0] = ranks;
      const constants = operands
        .filter((operand) => operand !== null)
        .map((operand) => {
          const dims = dimsOf(operand);
          return dims.length === rank + 1 && dims[0] === 1 ? dims.slice(1) : dims;
        });
      // Otherwise, one of them would be repeated along the images.
      if (ranks.size !== 1 || constants.some(({ length }) => length > rank)) throw new Error('it mixes images');
      return [...inputs, ...constants].reduce((a, b) => broadcast(a, b));
    },
    emit(inputs, shape, _, build, operands) {
      const hasLists = operands.some((operand) => Array.isArray(operand));
      const { values, channelsFirst } = hasLists
        ? { values: inputs.map((x) => build.channelsLast(x)), channelsFirst: false }
        : inOneLayout(inputs, build);
      const tensors = [...values];
      const named = operands.map((operand) => {
        if (operand === null) return tensors.shift() as string;
        if (typeof operand === 'number') return build.floats(operand);
        return build.floats((operand as readonly number[]).flat(Number.POSITIVE_INFINITY) as number[], dimsOf(operand));
      });
      return { value: build.op(operator, named), shape, channelsFirst };
    },
  };
}

function unary(emit: (x: string, build: LayoutBuilder, settings: Settings, given: Lowered) => string): Operation {
  return {
    shape: ([shape]) => shape as Dims,
    emit: ([x], shape, settings, build) => ({
      ...(x as Lowered),
      shape,
      value: emit((x as Lowered).value, build, settings, x as Lowered),
    }),
  };
}

function reduction(emit: (x: string, axes: readonly number[], build: LayoutBuilder) => string): Operation {
  return {
    shape([shape], settings) {
      const axes = axesIn(settings.axis, shape as Dims);
      return (shape as Dims).flatMap((size, axis) =>
        axes.includes(axis + 1) ? (settings.keepdims ? [1] : []) : [size],
      );
    },
    emit([x], shape, settings, build) {
      const axes = axesIn(settings.axis, (x as Lowered).shape);
      const reduced = emit(build.channelsLast(x as Lowered), axes, build);
      return { value: build.reshape(reduced, [-1, ...shape]), shape, channelsFirst: false };
    },
  };
}

function reshaping(shape: (input: Dims, settings: Settings) => Dims): Operation {
  return {
    shape: ([input], settings) => shape(input as Dims, settings),
    emit: ([x], dims, _, build) => ({
      value: build.reshape(build.channelsLast(x as Lowered), [-1, ...dims]),
      shape: dims,
      channelsFirst: false,
    }),
  };
}

/** A list with −1 for one size that follows from the others. */
function filledIn(newshape: readonly (number | null)[], input: Dims): Dims {
  const [batch, ...sizes] = newshape;
  const total = input.reduce((product, size) => product * size, 1);
  const known = sizes.reduce<number>((product, size) => product * (size != null && size > 0 ? size : 1), 1);
  const open = sizes.filter((size) => size == null || size < 0).length;
  const isWhole = open === 0 ? known === total : open === 1 && total % known === 0;
  if ((batch != null && batch !== -1) || !isWhole || (open === 1 && batch === -1)) throw new Error('it mixes images');
  return sizes.map((size) => (size != null && size > 0 ? size : total / known));
}

const transpose: Operation = {
  shape: ([input], { axes }) => orderIn(axes).map((axis) => (input as Dims)[axis - 1] as number),
  emit: ([x], shape, { axes }, build) => ({
    value: build.transpose(build.channelsLast(x as Lowered), [0, ...orderIn(axes)]),
    shape,
    channelsFirst: false,
  }),
};

function orderIn(axes: Settings['axes']): readonly number[] {
  if (axes?.[0] !== 0) throw new Error('it mixes images');
  return axes.slice(1);
}

const concatenate: Operation = {
  shape(inputs, settings) {
    const [first] = inputs as [Dims];
    const [axis] = axesIn(settings.axis ?? -1, first) as [number];
    return first.with(
      axis - 1,
      inputs.reduce((sum, dims) => sum + (dims[axis - 1] as number), 0),
    );
  },
  emit(inputs, shape, settings, build) {
    const { values, channelsFirst } = inOneLayout(inputs, build);
    const [axis] = axesIn(settings.axis ?? -1, shape) as [number];
    return {
      value: build.op('Concat', values, { axis: axisOf(axis, { shape, channelsFirst }) }),
      shape,
      channelsFirst,
    };
  },
};

const matmul: Operation = {
  shape([a, b]) {
    const [left, right] = [a, b] as [Dims, Dims];
    if (left.length !== right.length || left.length < 2) throw new Error('it mixes images');
    return [...broadcast(left.slice(0, -2), right.slice(0, -2)), left.at(-2) as number, right.at(-1) as number];
  },
  emit: (inputs, shape, _, build) => ({
    value: build.op(
      'MatMul',
      inputs.map((x) => build.channelsLast(x)),
    ),
    shape,
    channelsFirst: false,
  }),
};

/** What an index takes of each axis of an image, with the axes of size 1 that it removes and adds. */
function taken({ index = [] }: Settings, input: Dims) {
  const [batch, ...rest] = index;
  const takesAll = (each: Index | undefined) =>
    typeof each === 'object' && each.start == null && each.stop == null && (each.step ?? 1) === 1;
  if (batch !== 'ellipsis' && !takesAll(batch)) throw new Error('it takes some of the images');
  const stated = batch === 'ellipsis' ? index : rest;
  const count = stated.filter((each) => each !== 'ellipsis' && each !== 'new').length;
  const left = Array.from({ length: input.length - count }, (): Index => ({}));
  const hasEllipsis = stated.includes('ellipsis');
  const all = hasEllipsis ? stated.flatMap((each) => (each === 'ellipsis' ? left : [each])) : [...stated, ...left];
  const [slices, dims]: [{ axis: number; start: number; stop: number; step: number }[], number[]] = [[], []];
  let axis = 0;
  for (const each of all) {
    if (each === 'new') {
      dims.push(1);
      continue;
    }
    const size = input[axis] as number;
    const isOne = typeof each === 'number';
    const at = isOne && each < 0 ? each + size : each;
    if (size === undefined || (isOne && !((at as number) >= 0 && (at as number) < size)))
      throw new Error('it has no such index');
    const { start, stop, step } = isOne
      ? { start: at as number, stop: (at as number) + 1, step: 1 }
      : (each as Exclude<Index, number | string>);
    const bounds = { step: step ?? 1, ...(start != null && { begin: start }), ...(stop != null && { end: stop }) };
    const slice = sliceOfAxis(size, bounds);
    if (slice.count !== size || bounds.step !== 1) {
      // In ONNX, an end of −1 is the last element: one before the first is far below.
      slices.push({
        axis: axis + 1,
        start: slice.start,
        stop: slice.stop < 0 ? -(2 ** 31) : slice.stop,
        step: bounds.step,
      });
    }
    if (!isOne) dims.push(slice.count);
    axis++;
  }
  return { slices, dims };
}

const getItem: Operation = {
  shape: ([input], settings) => taken(settings, input as Dims).dims,
  emit([x], shape, settings, build) {
    const { slices } = taken(settings, (x as Lowered).shape);
    const value = build.channelsLast(x as Lowered);
    const part =
      slices.length === 0
        ? value
        : build.slice(
            value,
            ...((['start', 'stop', 'axis', 'step'] as const).map((key) => slices.map((slice) => slice[key])) as [
              number[],
              number[],
              number[],
              number[],
            ]),
          );
    return { value: build.reshape(part, [-1, ...shape]), shape, channelsFirst: false };
  },
};

const operations: Readonly<Record<string, Operation>> = {
  Add: binary('Add'),
  Subtract: binary('Sub'),
  Multiply: binary('Mul'),
  Divide: binary('Div'),
  TrueDivide: binary('Div'),
  Power: binary('Pow'),
  Maximum: binary('Max'),
  Minimum: binary('Min'),
  Negative: unary((x, build) => build.neg(x)),
  Absolute: unary((x, build) => build.op('Abs', [x])),
  Square: unary((x, build) => build.mul(x, x)),
  Sqrt: unary((x, build) => build.op('Sqrt', [x])),
  Rsqrt: unary((x, build) => build.op('Reciprocal', [build.op('Sqrt', [x])])),
  Reciprocal: unary((x, build) => build.op('Reciprocal', [x])),
  Exp: unary((x, build) => build.op('Exp', [x])),
  Log: unary((x, build) => build.op('Log', [x])),
  Identity: unary((x) => x),
  Clip: unary((x, build, { xMin, xMax }) => {
    if (typeof xMin !== 'number' || typeof xMax !== 'number') throw new Error('its bounds are no numbers');
    return build.op('Clip', [x, build.floats(xMin), build.floats(xMax)]);
  }),
  Softmax: unary((value, build, { axis }, x) => {
    const [along] = axesIn(axis ?? -1, x.shape) as [number];
    return build.op('Softmax', [value], { axis: axisOf(along, x) });
  }),
  Gelu: unary(
    (x, build, { approximate = true }, given) =>
      activationFunctions[approximate ? 'gelu_new' : 'gelu']?.(x, build, given) as string,
  ),
  Elu: unary((x, build, { alpha = 1 }) => build.op('Elu', [x], { alpha: float(alpha) })),
  LeakyRelu: unary((x, build, { negativeSlope = 0.2 }) => build.op('LeakyRelu', [x], { alpha: float(negativeSlope) })),
  ...Object.fromEntries(
    Object.entries({
      Relu: 'relu',
      Relu6: 'relu6',
      Sigmoid: 'sigmoid',
      Silu: 'swish',
      Tanh: 'tanh',
      Softplus: 'softplus',
      Softsign: 'softsign',
      Selu: 'selu',
      HardSigmoid: 'hardSigmoid6',
      HardSilu: 'hardSilu',
      LogSigmoid: 'logSigmoid',
    }).map(([kind, name]) => [
      kind,
      unary((x, build, _, given) => activationFunctions[name]?.(x, build, given) as string),
    ]),
  ),
  Mean: reduction((x, axes, build) => build.reduceMean(x, axes)),
  Sum: reduction((x, axes, build) => build.reduceSum(x, axes, true)),
  Max: reduction((x, axes, build) => build.op('ReduceMax', [x], { axes, keepdims: 1 })),
  Min: reduction((x, axes, build) => build.op('ReduceMin', [x], { axes, keepdims: 1 })),
  Reshape: reshaping((input, { newshape = [] }) => filledIn(newshape, input)),
  ExpandDims: reshaping((input, { axis }) => {
    const at = (axis as number) < 0 ? (axis as number) + input.length + 2 : (axis as number);
    if (!(at > 0 && at <= input.length + 1)) throw new Error('it mixes images');
    return [...input.slice(0, at - 1), 1, ...input.slice(at - 1)];
  }),
  Squeeze: reshaping((input, settings) => {
    const axes = axesIn(settings.axis, input);
    return input.filter((_, axis) => !axes.includes(axis + 1));
  }),
  Transpose: transpose,
  Concatenate: concatenate,
  Matmul: matmul,
  GetItem: getItem,
};

/** Whether a calculation of this name can be written as ONNX. */
export function isCalculation(name: string): boolean {
  return Object.hasOwn(operations, name);
}

function partsOf({ operation, operands, settings }: Config) {
  return {
    operation: operations[String(operation)] as Operation,
    operands: operands as readonly Operand[],
    settings: (settings ?? {}) as Settings,
  };
}

/** What a model calculates between its layers: a function that is applied to tensors and constants. */
export const calculation: OnnxLayerKind = {
  kind: 'Calculation',
  shape(config, inputs) {
    const { operation, settings, operands } = partsOf(config);
    return operation.shape(inputs, settings, operands);
  },
  emit(inputs, { config, shape, build }) {
    const { operation, settings, operands } = partsOf(config);
    return operation.emit(inputs, shape, settings, build, operands);
  },
};
