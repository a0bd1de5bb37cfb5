import { CannotLower } from '../../../cannotLower.ts';
import { gelu } from '../../../onnx/graph/gelu.ts';
import { type AttributeValue, float } from '../../../onnx/graph/graphBuilder.ts';
import type { Call, Rule, Tensor } from '../call.ts';

interface Numbers {
  readonly alpha?: number;
}

type Emit = (call: Call, value: string, numbers: Numbers) => string;

const plain =
  (operator: string, attributes: Readonly<Record<string, AttributeValue>> = {}): Emit =>
  ({ build }, value) =>
    build.op(operator, [value], attributes);

/** Functions of single numbers that also stand after other operations. */
const functions: Readonly<Record<string, Emit>> = {
  Relu: plain('Relu'),
  Relu6: ({ build }, value) => build.op('Clip', [value, build.floats(0), build.floats(6)]),
  ReluN1To1: ({ build }, value) => build.op('Clip', [value, build.floats(-1), build.floats(1)]),
  LeakyRelu: ({ build }, value, { alpha = 0.2 }) => build.op('LeakyRelu', [value], { alpha: float(alpha) }),
  Elu: plain('Elu'),
  Selu: plain('Selu'),
  Sigmoid: plain('Sigmoid'),
  Tanh: plain('Tanh'),
  Softplus: plain('Softplus'),
  Softsign: plain('Softsign'),
  Erf: plain('Erf'),
  GeluExact: ({ build }, value) => gelu(value, build),
  GeluApproximate: ({ build }, value) => gelu(value, build, true),
};

/** Appends an activation to what an operation has computed. @throws CannotLower when it is unknown. */
export function activate(call: Call, operator: string, x: Tensor, numbers: Numbers): Tensor {
  const emit = Object.hasOwn(functions, operator) ? functions[operator] : undefined;
  if (emit === undefined) throw new CannotLower(`${operator} after it has no counterpart`);
  return call.like(x, (value) => emit(call, value, numbers));
}

/** One slope for each channel or element where a number is negative. */
export function preluOf(call: Call, x: Tensor, slope: Tensor): Tensor {
  const { dims, channelsFirst, values } = call.aligned([x, slope]);
  return { dims, type: x.type, channelsFirst, value: call.build.op('PRelu', values) };
}

const along =
  (operator: string): Rule =>
  (call) => {
    const { x } = call;
    const axis = x.dims.length - 1;
    return { ...x, value: call.build.op(operator, [call.plain(x)], { axis }), channelsFirst: false };
  };

/** Functions of single numbers, and the softmax of the last axis. */
export const activations: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(
    Object.keys(functions).map((operator): [string, Rule] => [
      operator,
      (call) => activate(call, operator, call.x, { alpha: call.number('alpha', 0.2) }),
    ]),
  ),
  Prelu: (call) => preluOf(call, call.x, call.input(1)),
  Softmax: along('Softmax'),
  LogSoftmax: along('LogSoftmax'),
};
