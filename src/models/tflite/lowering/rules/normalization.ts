import { float } from '../../../onnx/graph/graphBuilder.ts';
import { type Call, placeOf, type Rule } from '../call.ts';

/** What a length is at least, so that it can be divided by. */
const leastLength = 1e-6;

const along =
  (operator: string): Rule =>
  (call) => {
    const { x } = call;
    return { ...x, value: call.build.op(operator, [scaled(call)], { axis: placeOf(x.dims.length - 1, x) }) };
  };

/** A softmax may multiply its input by a factor first. */
function scaled(call: Call): string {
  return call.hasOption('beta') ? call.build.scale(call.x.value, call.option('beta')) : call.x.value;
}

/** Functions of all channels. */
export const normalization: Readonly<Record<string, Rule>> = {
  SOFTMAX: along('Softmax'),
  LOG_SOFTMAX: along('LogSoftmax'),
  L2_NORMALIZATION: (call) => {
    const { x, build } = call;
    const length = build.op('ReduceL2', [x.value, build.ints([placeOf(x.dims.length - 1, x)])], { keepdims: 1 });
    return { ...x, value: build.div(x.value, build.op('Max', [length, build.floats(leastLength)])) };
  },
  /** ONNX divides the factor by the number of channels that it sums over. */
  LOCAL_RESPONSE_NORMALIZATION: (call) => {
    const size = 2 * call.option('radius') + 1;
    const value = call.build.op('LRN', [call.first(call.x)], {
      size,
      alpha: float(call.option('alpha') * size),
      beta: float(call.option('beta')),
      bias: float(call.option('bias')),
    });
    return call.giveImage(value, call.x.dims);
  },
};
