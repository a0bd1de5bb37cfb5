import { CannotLower } from '../../cannotLower.ts';
import { float } from '../../onnx/graph/graphBuilder.ts';
import type { Call, Rule, Tensor } from './call.ts';
import { activate, preluOf } from './rules/activations.ts';
import { imagesIn, imagesOf } from './windows.ts';

/**
 * An operation with others after it that TensorFlow has merged into it, which `fused_ops` lists.
 * @param first how many inputs the operation has itself; the others are those of what follows.
 */
export function fusedTail(rule: Rule, first: number): Rule {
  return (call) => {
    const rest = call.inputs.slice(first);
    const next = () => {
      const tensor = rest.shift();
      if (tensor === undefined) throw new CannotLower('it has fewer inputs than it needs');
      return tensor;
    };
    let result = rule(call) as Tensor;
    for (const operator of call.texts('fused_ops')) result = followed(call, operator, result, next);
    return result;
  };
}

function followed(call: Call, operator: string, x: Tensor, next: () => Tensor): Tensor {
  switch (operator) {
    case 'BiasAdd':
      return biased(call, x, next());
    case 'FusedBatchNorm':
      return normalized(call, x, [next(), next(), next(), next()], call.number('epsilon', 1e-4));
    case 'Add':
      return added(call, x, next());
    case 'LeakyRelu':
      return activate(call, operator, x, { alpha: call.number('leakyrelu_alpha', 0.2) });
    case 'Prelu':
      return preluOf(call, x, next());
    default:
      return activate(call, operator, x, {});
  }
}

/** x + b for every channel. */
export function biased(call: Call, x: Tensor, bias: Tensor): Tensor {
  const isFirst = call.text('data_format', 'NHWC') === 'NCHW' && x.dims.length === 4;
  const shaped = isFirst ? { ...bias, dims: [...bias.dims, 1, 1] } : bias;
  if (!isFirst) return added(call, x, bias);
  const value = call.build.add(call.plain(x), call.reshape(call.plain(bias), shaped.dims));
  return { dims: x.dims, type: x.type, value };
}

function added(call: Call, a: Tensor, b: Tensor): Tensor {
  const { dims, channelsFirst, values } = call.aligned([a, b]);
  return { dims, type: a.type, channelsFirst, value: call.build.op('Add', values) };
}

/** With the statistics of the training data: (x − mean) / √(variance + ε) · scale + offset. */
export function normalized(call: Call, x: Tensor, statistics: readonly Tensor[], epsilon: number): Tensor {
  const images = imagesIn(call, x);
  if (statistics.some(({ dims }) => dims.length !== 1 || dims[0] !== images.channels)) {
    throw new CannotLower(`its statistics are not those of ${images.channels} channels`);
  }
  const inputs = statistics.map((tensor) => call.plain(tensor));
  const value = call.build.op('BatchNormalization', [images.value, ...inputs], { epsilon: float(epsilon) });
  return imagesOf(call, { ...images, value }, x.type);
}
