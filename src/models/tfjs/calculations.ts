import { type Index, isCalculation, type Operand } from './onnxLayers/calculation.ts';

type Json = Readonly<Record<string, unknown>>;

/** A function that Keras applies to tensors, in the words of `onnxLayers/calculation.ts`, and the tensors. */
export interface Calculation {
  readonly operation: string;
  readonly operands: readonly Operand[];
  readonly settings: Json;
  /** The origin of each tensor: layer, call, and output. */
  readonly tensors: readonly (readonly unknown[])[];
}

/** What TensorFlow calls the operations of Keras 3. */
const operations: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '__operators__.add': 'Add',
    '__operators__.getitem': 'GetItem',
    abs: 'Absolute',
    add: 'Add',
    clip_by_value: 'Clip',
    'compat.v1.squeeze': 'Squeeze',
    'compat.v1.transpose': 'Transpose',
    concat: 'Concatenate',
    divide: 'TrueDivide',
    exp: 'Exp',
    expand_dims: 'ExpandDims',
    identity: 'Identity',
    'linalg.matmul': 'Matmul',
    log: 'Log',
    maximum: 'Maximum',
    minimum: 'Minimum',
    multiply: 'Multiply',
    negative: 'Negative',
    'nn.elu': 'Elu',
    'nn.gelu': 'Gelu',
    'nn.leaky_relu': 'LeakyRelu',
    'nn.relu': 'Relu',
    'nn.relu6': 'Relu6',
    'nn.selu': 'Selu',
    'nn.sigmoid': 'Sigmoid',
    'nn.silu': 'Silu',
    'nn.softmax': 'Softmax',
    'nn.swish': 'Silu',
    'nn.tanh': 'Tanh',
    pow: 'Power',
    reciprocal: 'Reciprocal',
    reduce_max: 'Max',
    reduce_mean: 'Mean',
    reduce_min: 'Min',
    reduce_sum: 'Sum',
    reshape: 'Reshape',
    rsqrt: 'Rsqrt',
    sigmoid: 'Sigmoid',
    softplus: 'Softplus',
    sqrt: 'Sqrt',
    square: 'Square',
    squeeze: 'Squeeze',
    subtract: 'Subtract',
    tanh: 'Tanh',
    transpose: 'Transpose',
    truediv: 'TrueDivide',
  }),
);

/** What settings of TensorFlow are called in Keras 3. */
const settingNames: ReadonlyMap<string, string> = new Map(
  Object.entries({
    alpha: 'negative_slope',
    clip_value_max: 'x_max',
    clip_value_min: 'x_min',
    keepdims: 'keepdims',
    perm: 'axes',
    shape: 'newshape',
  }),
);

/** Settings of TensorFlow that say nothing about what is calculated, as long as they have these values. */
const idle: Readonly<Record<string, unknown>> = {
  name: undefined,
  conjugate: false,
  transpose_a: false,
  transpose_b: false,
  adjoint_a: false,
  adjoint_b: false,
  a_is_sparse: false,
  b_is_sparse: false,
};

/**
 * A calculation of Keras 3: an operation with its call.
 * @returns undefined where it has no counterpart.
 */
export function calculationOf(operation: string, config: Json, call: unknown): Calculation | undefined {
  const { args = [], kwargs = {} } = (call ?? {}) as { args?: unknown; kwargs?: unknown };
  const isPlain = Object.values(kwargs as Json).every((value) => value === null);
  if (!isCalculation(operation) || !Array.isArray(args) || !isPlain) return undefined;
  const { name: _, ...settings } = config;
  if (operation === 'GetItem') {
    const [tensor, index] = args;
    const origin = originOf(tensor);
    const indices = indicesIn(index);
    return origin && indices && { operation, operands: [null], settings: { index: indices }, tensors: [origin] };
  }
  const tensors: (readonly unknown[])[] = [];
  const isList = (argument: unknown) => Array.isArray(argument) && argument.some(originOf);
  const operands = args
    .flatMap((argument) => (isList(argument) ? argument : [argument]))
    .map((argument) => {
      const origin = originOf(argument);
      if (origin) tensors.push(origin);
      return origin ? null : constantIn(argument);
    });
  if (operands.includes(undefined) || tensors.length === 0) return undefined;
  return { operation, operands: operands as Operand[], settings, tensors };
}

/**
 * A calculation of Keras 2: a function of TensorFlow with its call.
 * @param call a list of a layer, a call, an output, and the other arguments, or several of them.
 * @returns undefined where it has no counterpart.
 */
export function lambdaOf(stated: unknown, call: unknown): Calculation | undefined {
  const operation = operations.get(String(stated).replace(/^(math|raw_ops)\./, ''));
  if (operation === undefined || !Array.isArray(call)) return undefined;
  const inputs = (typeof call[0] === 'string' ? [call] : call) as unknown[][];
  const [, , constant, last] = inputs[0] ?? [];
  const tensors: (readonly unknown[])[] = [];
  const operands: (Operand | undefined)[] = [];
  const take = (argument: unknown) => {
    const isOrigin = Array.isArray(argument) && argument.length === 3 && typeof argument[0] === 'string';
    if (isOrigin) tensors.push(argument);
    operands.push(isOrigin ? null : constantIn(argument));
  };
  for (const input of inputs) {
    if (input[0] === '_CONSTANT_VALUE') operands.push(constantIn(constant));
    else take(input.slice(0, 3));
  }
  const settings: Record<string, unknown> = {};
  for (const [name, value] of Object.entries((last ?? {}) as Json)) {
    if (name === 'y' || name === 'b') take(value);
    else if (name === 'slice_spec') settings.index = indicesIn(value);
    else if (!Object.hasOwn(idle, name)) settings[settingNames.get(name) ?? name] = value;
    else if (idle[name] !== undefined && value != null && value !== idle[name]) return undefined;
  }
  // TensorFlow and Keras 3 have other defaults.
  if (operation === 'Gelu') settings.approximate ??= false;
  if (operands.includes(undefined) || tensors.length === 0 || ('index' in settings && !settings.index))
    return undefined;
  return { operation, operands: operands as Operand[], settings, tensors };
}

/** The origin of a tensor of Keras 3: layer, call, and output. */
export function originOf(argument: unknown): readonly unknown[] | undefined {
  const { class_name: kind, config } = (argument ?? {}) as {
    class_name?: unknown;
    config?: { keras_history?: unknown };
  };
  return kind === '__keras_tensor__' && Array.isArray(config?.keras_history) ? config.keras_history : undefined;
}

/** A number, or lists of numbers; undefined for anything else. */
function constantIn(argument: unknown): Operand | undefined {
  if (typeof argument === 'number') return argument;
  if (Array.isArray(argument)) {
    const parts = argument.map(constantIn);
    return parts.includes(undefined) ? undefined : (parts as Operand[]);
  }
  const { class_name: kind, config } = (argument ?? {}) as { class_name?: unknown; config?: { value?: unknown } };
  return kind === '__numpy__' || kind === '__tensor__' ? constantIn(config?.value) : undefined;
}

/** Indices of axes; undefined for what is none. */
function indicesIn(argument: unknown): readonly Index[] | undefined {
  const list = Array.isArray(argument) ? argument : [argument];
  const indices = list.map((each): Index | undefined => {
    if (each === null) return 'new';
    if (Number.isInteger(each)) return each as number;
    const { class_name: kind, config = each } = each as { class_name?: unknown; config?: unknown };
    if (kind === '__ellipsis__') return 'ellipsis';
    if (kind !== undefined && kind !== '__slice__') return undefined;
    const { start, stop, step } = config as Json;
    const isBound = (bound: unknown) => bound == null || Number.isInteger(bound);
    return [start, stop, step].every(isBound) && step !== 0 ? ({ start, stop, step } as Index) : undefined;
  });
  return indices.includes(undefined) ? undefined : (indices as Index[]);
}
