import { gelu } from '../../../onnx/graph/gelu.ts';
import { float } from '../../../onnx/graph/graphBuilder.ts';
import { aligned } from '../aligned.ts';
import type { Call, Lowered, Rule } from '../call.ts';

/** A function of single numbers. */
const of =
  (emit: (x: string, call: Call) => string): Rule =>
  (call) => ({ ...call.x, value: emit(call.x.value, call) });

const clipped = (low: number, high: number) =>
  of((x, { build }) => build.op('Clip', [x, build.floats(low), build.floats(high)]));

const plain = (operator: string) => of((x, { build }) => build.op(operator, [x]));

/** A slope for each channel, or for each number. */
function prelu(call: Call): Lowered {
  const { values, dims, channelsFirst } = aligned(call, [call.x, call.input(1)]);
  return { value: call.build.op('PRelu', values), dims, channelsFirst, type: call.x.type };
}

/** Functions of single numbers. */
export const activations: Readonly<Record<string, Rule>> = {
  RELU: plain('Relu'),
  RELU6: clipped(0, 6),
  RELU_N1_TO_1: clipped(-1, 1),
  RELU_0_TO_1: clipped(0, 1),
  LEAKY_RELU: of((x, call) => call.build.op('LeakyRelu', [x], { alpha: float(call.option('alpha')) })),
  PRELU: prelu,
  ELU: plain('Elu'),
  HARD_SWISH: plain('HardSwish'),
  LOGISTIC: plain('Sigmoid'),
  TANH: plain('Tanh'),
  GELU: of((x, call) => gelu(x, call.build, call.option('approximate') === 1)),
};
