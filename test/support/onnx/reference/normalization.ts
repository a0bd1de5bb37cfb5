import { floatAttribute, intAttribute, intsAttribute, type Node } from '../../../../src/models/onnx/graph/graph.ts';
import type { Operator } from './operator.ts';
import { at, atBroadcast, fill, fromEnd, given, type Tensor } from './tensor.ts';

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]) => sum(values) / values.length;

/** Splits a tensor into groups of equal key, and makes a number of each. */
function statistic(
  x: Tensor,
  key: (index: readonly number[]) => string,
  f: (values: readonly number[]) => number,
): (index: readonly number[]) => number {
  const groups = new Map<string, number[]>();
  fill(x.dims, (index) => {
    const group = groups.get(key(index)) ?? [];
    group.push(at(x, index));
    groups.set(key(index), group);
    return 0;
  });
  const found = new Map([...groups].map(([name, values]) => [name, f(values)]));
  return (index) => found.get(key(index)) as number;
}

const variance = (values: readonly number[]) => mean(values.map((value) => (value - mean(values)) ** 2));
const meanSquare = (values: readonly number[]) => mean(values.map((value) => value ** 2));

/** (x − mean) / √(variance + ε) over groups of elements, scaled and shifted. */
function standardized(
  x: Tensor,
  key: (index: readonly number[]) => string,
  epsilon: number,
  scale: (index: readonly number[]) => number,
  shift: (index: readonly number[]) => number,
): Tensor {
  const [center, spread] = [statistic(x, key, mean), statistic(x, key, variance)];
  return fill(
    x.dims,
    (index) => ((at(x, index) - center(index)) / Math.sqrt(spread(index) + epsilon)) * scale(index) + shift(index),
  );
}

const epsilonOf = (node: Node) => floatAttribute(node, 'epsilon', 1e-5);
const ofChannel = (x: Tensor | undefined) => (index: readonly number[]) => given(x).data[index[1] as number] as number;
const broadcast = (x: Tensor | undefined, missing: number) => (index: readonly number[]) =>
  x ? atBroadcast(x, index) : missing;

export const normalization: Readonly<Record<string, Operator>> = {
  BatchNormalization: ([input, scale, shift, means, variances], node) => {
    const x = given(input);
    return [
      fill(
        x.dims,
        (index) =>
          ((at(x, index) - ofChannel(means)(index)) / Math.sqrt(ofChannel(variances)(index) + epsilonOf(node))) *
            ofChannel(scale)(index) +
          ofChannel(shift)(index),
      ),
    ];
  },
  LayerNormalization: ([input, scale, shift], node) => {
    const x = given(input);
    const axis = fromEnd(intAttribute(node, 'axis', -1), x.dims.length);
    const key = (index: readonly number[]) => index.slice(0, axis).join();
    const dims = x.dims.map((size, i) => (i < axis ? size : 1));
    return [
      standardized(x, key, epsilonOf(node), broadcast(scale, 1), broadcast(shift, 0)),
      fill(dims, statistic(x, key, mean)),
      fill(
        dims,
        statistic(x, key, (values) => 1 / Math.sqrt(variance(values) + epsilonOf(node))),
      ),
    ];
  },
  RMSNormalization: ([input, scale], node) => {
    const x = given(input);
    const axis = fromEnd(intAttribute(node, 'axis', -1), x.dims.length);
    const size = statistic(x, (index) => index.slice(0, axis).join(), meanSquare);
    return [
      fill(
        x.dims,
        (index) => (at(x, index) / Math.sqrt(size(index) + epsilonOf(node))) * atBroadcast(given(scale), index),
      ),
    ];
  },
  InstanceNormalization: ([x, scale, shift], node) => [
    standardized(given(x), (index) => index.slice(0, 2).join(), epsilonOf(node), ofChannel(scale), ofChannel(shift)),
  ],
  /** A scale and shift for each group, or for each channel, as many as are given. */
  GroupNormalization: ([input, scale, shift], node) => {
    const x = given(input);
    const perGroup = (x.dims[1] as number) / intAttribute(node, 'num_groups', 1);
    const group = (channel: number) => Math.floor(channel / perGroup);
    const of = (numbers: Tensor | undefined) => (index: readonly number[]) => {
      const { data } = given(numbers);
      const channel = index[1] as number;
      return data[data.length === x.dims[1] ? channel : group(channel)] as number;
    };
    const key = ([image, channel]: readonly number[]) => `${image} ${group(channel as number)}`;
    return [standardized(x, key, epsilonOf(node), of(scale), of(shift))];
  },
  MeanVarianceNormalization: ([x], node) => {
    const axes = intsAttribute(node, 'axes') ?? [0, 2, 3];
    const key = (index: readonly number[]) => index.filter((_, axis) => !axes.includes(axis)).join();
    return [
      standardized(
        given(x),
        key,
        0,
        () => 1,
        () => 0,
      ),
    ];
  },
  LpNormalization: ([input], node) => {
    const x = given(input);
    const axis = fromEnd(intAttribute(node, 'axis', -1), x.dims.length);
    const p = intAttribute(node, 'p', 2);
    const key = (index: readonly number[]) => index.filter((_, i) => i !== axis).join();
    const norm = statistic(x, key, (values) => sum(values.map((value) => Math.abs(value) ** p)) ** (1 / p));
    return [fill(x.dims, (index) => (norm(index) === 0 ? 0 : at(x, index) / norm(index)))];
  },
  LRN: ([input], node) => {
    const x = given(input);
    const size = intAttribute(node, 'size', 1);
    const channels = x.dims[1] as number;
    return [
      fill(x.dims, (index) => {
        const [image = 0, channel = 0, ...position] = index;
        let squares = 0;
        const first = channel - Math.floor((size - 1) / 2);
        const last = channel + Math.ceil((size - 1) / 2);
        for (let c = Math.max(0, first); c <= Math.min(channels - 1, last); c++) {
          squares += at(x, [image, c, ...position]) ** 2;
        }
        const s = floatAttribute(node, 'bias', 1) + (floatAttribute(node, 'alpha', 1e-4) / size) * squares;
        return at(x, index) / s ** floatAttribute(node, 'beta', 0.75);
      }),
    ];
  },
};
