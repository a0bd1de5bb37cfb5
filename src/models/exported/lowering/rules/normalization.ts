import { CannotLower } from '../../../cannotLower.ts';
import { float } from '../../../onnx/graph/graphBuilder.ts';
import type { Call, Rule } from '../call.ts';

function channels(call: Call): number {
  return call.fixed(call.dims.slice(1, 2))[0] ?? 0;
}

/** A trained factor or shift, or one that changes nothing. */
function trained(call: Call, name: string, neutral: number, dims: readonly number[]): string {
  const count = dims.reduce((a, b) => a * b, 1);
  return call.optional(name)?.value ?? call.build.floats(new Float32Array(count).fill(neutral), dims);
}

/** By the statistics of the training data (Ioffe & Szegedy 2015). */
function batchNorm(call: Call): string {
  const dims = [channels(call)];
  // Standardized weights are written as a batch of one (Qiao et al. 2019).
  const isOne = call.dims[0] === 1 && !call.has('running_mean');
  if (call.flag('training') && isOne) return groupNorm(call, channels(call));
  const [mean, variance] = [call.optional('running_mean'), call.optional('running_var')];
  if (call.flag('training') || mean === undefined || variance === undefined) {
    throw new CannotLower(
      'it normalizes by the statistics of each batch; call model.eval() before you export the model',
    );
  }
  const inputs = [call.x, trained(call, 'weight', 1, dims), trained(call, 'bias', 0, dims), mean.value, variance.value];
  return call.build.op('BatchNormalization', inputs, { epsilon: float(call.number('eps', 1e-5)) });
}

/** By the statistics of each vector in the last axes (Ba et al. 2016). */
function layerNorm(call: Call): string {
  const shape = call.numbers('normalized_shape');
  const inputs = [call.x, trained(call, 'weight', 1, shape), trained(call, 'bias', 0, shape)];
  return call.build.op('LayerNormalization', inputs, {
    axis: call.rank - shape.length,
    epsilon: float(call.number('eps', 1e-5)),
  });
}

/** By the statistics of groups of channels of each image (Wu & He 2018). */
function groupNorm(call: Call, groups: number): string {
  const { build } = call;
  const count = channels(call);
  const rows = call.reshape(call.x, [call.dims[0] ?? 1, groups, elementsOf(call) / groups]);
  const neutral = [build.floats(Array(groups).fill(1)), build.floats(Array(groups).fill(0))];
  const normal = build.op('InstanceNormalization', [rows, ...neutral], { epsilon: float(call.number('eps', 1e-5)) });
  const perChannel = (value: string) => build.reshape(value, [count, ...call.dims.slice(2).map(() => 1)]);
  let result = call.reshape(normal, call.dims);
  const [weight, bias] = [call.optional('weight'), call.optional('bias')];
  if (weight) result = build.mul(result, perChannel(weight.value));
  if (bias) result = build.add(result, perChannel(bias.value));
  return result;
}

/** How many numbers one image has. */
function elementsOf(call: Call): number {
  return call.fixed(call.dims.slice(1)).reduce((a, b) => a * b, 1);
}

/** x / √(mean(x²) + ε) (Zhang & Sennrich 2019). */
function rmsNorm(call: Call): string {
  const { build } = call;
  const shape = call.numbers('normalized_shape');
  const axes = shape.map((_, index) => call.rank - shape.length + index);
  // What PyTorch takes if none is stated: the smallest difference of float32 from 1.
  const epsilon = build.floats(call.has('eps') ? call.number('eps') : 2 ** -23);
  const mean = build.reduceMean(build.mul(call.x, call.x), axes);
  const normal = build.div(call.x, build.op('Sqrt', [build.add(mean, epsilon)]));
  const weight = call.optional('weight');
  return weight ? build.mul(normal, weight.value) : normal;
}

/** Normalizations by statistics of the training data, of the image, or of neighbors. */
export const normalization: Readonly<Record<string, Rule>> = {
  batch_norm: batchNorm,
  _native_batch_norm_legit_no_training: (call) => [batchNorm(call)],
  native_batch_norm: (call) => [batchNorm(call)],
  cudnn_batch_norm: (call) => [batchNorm(call)],
  layer_norm: layerNorm,
  native_layer_norm: (call) => [layerNorm(call)],
  group_norm: (call) => groupNorm(call, call.number('num_groups')),
  native_group_norm: (call) => [groupNorm(call, call.number('group'))],
  instance_norm: (call) => {
    if (!call.flag('use_input_stats', true)) return batchNorm(call);
    return groupNorm(call, channels(call));
  },
  rms_norm: rmsNorm,
};
