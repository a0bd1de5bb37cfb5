import { CannotLower } from '../../../cannotLower.ts';
import { gelu } from '../../../onnx/graph/gelu.ts';
import { float } from '../../../onnx/graph/graphBuilder.ts';
import type { Call, Rule } from '../call.ts';

const plain =
  (operator: string): Rule =>
  ({ x, build }) =>
    build.op(operator, [x]);

/** Bounds that are left out do not bound. */
function clip(call: Call, low: string, high: string): string {
  const bound = (name: string) => (call.has(name) ? call.operand(name) : '');
  return call.build.op('Clip', [call.cast(call.input, call.result.type), bound(low), bound(high)]);
}

/** It is the identity unless the model is in training mode. */
const dropout: Rule = (call) => {
  if (call.flag('train'))
    throw new CannotLower('it is in training mode; call model.eval() before you export the model');
  return [call.x];
};

/** Functions of single numbers. */
export const activations: Readonly<Record<string, Rule>> = {
  relu: plain('Relu'),
  relu6: ({ x, build }) => build.op('Clip', [x, build.floats(0), build.floats(6)]),
  hardtanh: (call) =>
    call.build.op('Clip', [call.x, call.scalar(call.number('min_val', -1)), call.scalar(call.number('max_val', 1))]),
  clamp: (call) => clip(call, 'min', 'max'),
  clip: (call) => clip(call, 'min', 'max'),
  clamp_min: (call) => clip(call, 'min', ''),
  clamp_max: (call) => clip(call, '', 'max'),
  leaky_relu: (call) => call.build.op('LeakyRelu', [call.x], { alpha: float(call.number('negative_slope', 0.01)) }),
  /** Its slope is random in training, and the mean at inference. */
  rrelu: (call) => {
    if (call.flag('training'))
      throw new CannotLower('it is in training mode; call model.eval() before you export the model');
    const slope = (call.number('lower', 1 / 8) + call.number('upper', 1 / 3)) / 2;
    return call.build.op('LeakyRelu', [call.x], { alpha: float(slope) });
  },
  elu: (call) => {
    if (call.number('scale', 1) !== 1 || call.number('input_scale', 1) !== 1) throw new CannotLower('it is scaled');
    return call.build.op('Elu', [call.x], { alpha: float(call.number('alpha', 1)) });
  },
  celu: (call) => call.build.op('Celu', [call.x], { alpha: float(call.number('alpha', 1)) }),
  selu: plain('Selu'),
  gelu: (call) => gelu(call.x, call.build, call.text('approximate', 'none') === 'tanh'),
  sigmoid: plain('Sigmoid'),
  silu: ({ x, build }) => build.mul(x, build.op('Sigmoid', [x])),
  mish: ({ x, build }) => build.mul(x, build.op('Tanh', [build.op('Softplus', [x])])),
  hardsigmoid: ({ x, build }) => build.op('HardSigmoid', [x], { alpha: float(1 / 6), beta: float(0.5) }),
  hardswish: plain('HardSwish'),
  tanh: plain('Tanh'),
  softplus: (call) => {
    const beta = call.number('beta', 1);
    return call.build.scale(call.build.op('Softplus', [call.build.scale(call.x, beta)]), 1 / beta);
  },
  softsign: plain('Softsign'),
  log_sigmoid: ({ x, build }) => build.neg(build.op('Softplus', [build.neg(x)])),
  prelu: (call) => prelu(call, 'weight'),
  _prelu_kernel: (call) => call.build.op('PRelu', [call.x, call.tensor('weight').value]),
  threshold: (call) => {
    const isAbove = call.build.op('Greater', [call.x, call.scalar(call.number('threshold'))]);
    return call.build.where(isAbove, call.x, call.scalar(call.number('value')));
  },
  hardshrink: (call) => call.build.op('Shrink', [call.x], { lambd: float(call.number('lambd', 0.5)) }),
  softshrink: (call) => {
    const lambda = float(call.number('lambd', 0.5));
    return call.build.op('Shrink', [call.x], { lambd: lambda, bias: lambda });
  },
  /** The second half gates the first. */
  glu: (call) => {
    const axis = call.axis('dim', -1);
    const [a = '', b = ''] = call.build.ops('Split', [call.x], { axis, num_outputs: 2 }, 2);
    return call.build.mul(a, call.build.op('Sigmoid', [b]));
  },
  dropout,
  feature_dropout: dropout,
  alpha_dropout: dropout,
  feature_alpha_dropout: dropout,
  native_dropout: dropout,
};

/** One slope for all channels, or one for each, which are in the second axis. */
function prelu(call: Call, name: string): string {
  const { value, dims } = call.tensor(name);
  const spatial = Math.max(0, call.rank - 2);
  const slope = dims[0] === 1 ? value : call.build.reshape(value, [-1, ...Array<number>(spatial).fill(1)]);
  return call.build.op('PRelu', [call.x, slope]);
}
