import { CannotLower } from '../../../cannotLower.ts';
import { float } from '../../../onnx/graph/graphBuilder.ts';
import type { Call, Rule, Tensor } from '../call.ts';
import type { Dim } from '../dims.ts';
import { normalized } from '../fused.ts';
import { imagesIn, imagesOf } from '../windows.ts';
import { activate } from './activations.ts';

const batchNormalization: Rule = (call) =>
  call.flag('is_training', true)
    ? byOwnStatistics(call)
    : normalized(call, call.x, call.inputs.slice(1, 5), call.number('epsilon', 1e-4));

/** By its own mean and variance, with which Keras 2 normalizes layers: each of them is a channel of one image. */
function byOwnStatistics(call: Call): Tensor {
  const { x, build } = call;
  if (x.dims.length !== 4 || x.dims[0] !== 1) {
    throw new CannotLower('it takes its statistics of the batch; export the model for inference (training=False)');
  }
  const isFirst = call.text('data_format', 'NHWC') === 'NCHW';
  const axes = isFirst ? [0, 2, 3] : [0, 1, 2];
  const channels = x.dims[isFirst ? 1 : 3] as Dim;
  const perChannel = (tensor: Tensor) => call.reshape(call.plain(tensor), isFirst ? [channels, 1, 1] : [channels]);
  const value = call.plain(x);
  const centered = build.sub(value, build.reduceMean(value, axes));
  const variance = build.reduceMean(build.mul(centered, centered), axes);
  const deviation = build.op('Sqrt', [build.add(variance, build.floats(call.number('epsilon', 1e-4)))]);
  const scaled = build.mul(build.div(centered, deviation), perChannel(call.input(1)));
  return { dims: x.dims, type: x.type, value: build.add(scaled, perChannel(call.input(2))) };
}

/** The same, with an activation and possibly another input before that. */
const extended: Rule = (call) => {
  const result = batchNormalization(call) as Tensor;
  const [side] = call.inputs.slice(5);
  const sum = side === undefined ? result : summed(call, result, side);
  const activation = call.text('activation_mode', 'Identity');
  return activation === 'Identity' ? sum : activate(call, activation, sum, {});
};

function summed(call: Call, ...tensors: readonly Tensor[]): Tensor {
  const { dims, channelsFirst, values } = call.aligned(tensors);
  return { dims, channelsFirst, type: call.x.type, value: call.build.op('Add', values) };
}

/** Normalizations with statistics of the training data, or of neighboring channels. */
export const normalization: Readonly<Record<string, Rule>> = {
  FusedBatchNorm: batchNormalization,
  FusedBatchNormV2: batchNormalization,
  FusedBatchNormV3: batchNormalization,
  _FusedBatchNormEx: extended,
  /** TensorFlow sums where ONNX takes the mean. */
  LRN: (call) => {
    const images = imagesIn(call);
    const size = 2 * call.number('depth_radius', 5) + 1;
    const value = call.build.op('LRN', [images.value], {
      size,
      bias: float(call.number('bias', 1)),
      alpha: float(call.number('alpha', 1) * size),
      beta: float(call.number('beta', 0.5)),
    });
    return imagesOf(call, { ...images, value });
  },
};
