import * as tf from '@tensorflow/tfjs-core';
import type { LayoutBuilder, Lowered } from '../lowering/layoutBuilder.ts';
import type { Config } from '../lowering/step.ts';
import type { Context, Dims, OnnxLayerKind } from './onnxLayer.ts';

/** How many heads an attention has, and how many numbers each has for queries and keys, and for values. */
interface Heads {
  readonly queries: number;
  /** Fewer than `queries` where several queries share a key. */
  readonly keys: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly outputs: Dims;
}

/** The inputs of an attention: without a key, values are keys. */
function rolesIn<T>([query, value, key = value]: readonly T[]): { query: T; value: T; key: T } {
  if (query === undefined || value === undefined || key === undefined) throw new Error('it has no query or no value');
  return { query, value, key };
}

function projections(config: Config, inputs: readonly Dims[], heads: Heads): Record<string, Dims> {
  const { query, value, key } = rolesIn(inputs);
  const { queries, keys, keySize, valueSize, outputs } = heads;
  const parts: [name: string, kernel: Dims, bias: Dims][] = [
    ['query', [query.at(-1) as number, queries, keySize], [queries, keySize]],
    ['key', [key.at(-1) as number, keys, keySize], [keys, keySize]],
    ['value', [value.at(-1) as number, keys, valueSize], [keys, valueSize]],
    ['attention_output', [queries, valueSize, ...outputs], outputs],
  ];
  if (config.useGate) parts.push(['gate', [query.at(-1) as number, queries, valueSize], [queries, valueSize]]);
  return Object.fromEntries(
    parts.flatMap(([name, kernel, bias]) => [
      [`${name}/kernel`, kernel],
      ...(config.useBias === false ? [] : [[`${name}/bias`, bias]]),
    ]),
  );
}

/** All vectors of a value in one row for each image: [batch, vectors, numbers]. */
function vectorsOf(x: Lowered, build: LayoutBuilder): { value: string; count: number } {
  const count = x.shape.slice(0, -1).reduce((product, size) => product * size, 1);
  const last = build.channelsLast(x);
  return { count, value: x.shape.length === 2 ? last : build.reshape(last, [-1, count, x.shape.at(-1) as number]) };
}

/** softmax(q kᵀ / √d) v for each head (Vaswani et al. 2017, eq. 1), between projections. */
function attend(inputs: readonly Lowered[], { weights, build, shape }: Context, heads: Heads): Lowered {
  const roles = rolesIn(inputs.map((x) => vectorsOf(x, build)));
  const matrix = (name: string, columns: number) => {
    const kernel = weights[`${name}/kernel`] as tf.Tensor;
    return build.weight(tf.reshape(kernel, [kernel.size / columns, columns]));
  };
  const project = (value: string, name: string, columns: number) => {
    const product = build.op('MatMul', [value, matrix(name, columns)]);
    const bias = weights[`${name}/bias`];
    return bias ? build.add(product, build.weight(tf.reshape(bias, [columns]))) : product;
  };
  const { queries, keys, keySize, valueSize } = heads;
  /** [batch, heads, vectors, size], with keys shared by several queries repeated. */
  const split = (value: string, count: number, own: number, size: number) => {
    const apart = build.transpose(build.reshape(value, [-1, count, own, size]), [0, 2, 1, 3]);
    if (own === queries) return apart;
    const repeated = build.expand(build.reshape(apart, [-1, own, 1, count, size]), [
      1,
      own,
      queries / own,
      count,
      size,
    ]);
    return build.reshape(repeated, [-1, queries, count, size]);
  };
  const { query, key, value } = roles;
  const q = split(project(query.value, 'query', queries * keySize), query.count, queries, keySize);
  const k = split(project(key.value, 'key', keys * keySize), key.count, keys, keySize);
  const v = split(project(value.value, 'value', keys * valueSize), value.count, keys, valueSize);
  const scores = build.op('MatMul', [build.scale(q, 1 / Math.sqrt(keySize)), build.transpose(k, [0, 1, 3, 2])]);
  const mixed = build.op('MatMul', [build.op('Softmax', [scores], { axis: 3 }), v]);
  let joined = build.reshape(build.transpose(mixed, [0, 2, 1, 3]), [-1, query.count, queries * valueSize]);
  if (weights['gate/kernel']) {
    joined = build.mul(joined, build.op('Sigmoid', [project(query.value, 'gate', queries * valueSize)]));
  }
  const size = heads.outputs.reduce((product, each) => product * each, 1);
  const output = project(joined, 'attention_output', size);
  return { value: shape.length === 2 ? output : build.reshape(output, [-1, ...shape]), shape, channelsFirst: false };
}

function refuseSettings({ attentionAxes, slidingWindow }: Config, { length }: Dims): void {
  const axes =
    attentionAxes == null
      ? undefined
      : [attentionAxes].flat().map((axis) => (axis as number) + ((axis as number) < 0 ? length + 1 : 0));
  if (axes && new Set(axes).size !== length - 1) throw new Error('it attends along some axes alone (attention_axes)');
  if (slidingWindow != null) throw new Error('it attends within a window (sliding_window)');
}

function headsIn(config: Config, [query]: readonly Dims[]): Heads {
  const { numHeads, keyDim, valueDim, outputShape } = config as Record<string, number | number[] | null>;
  const outputs = outputShape == null ? [(query as Dims).at(-1) as number] : [outputShape].flat();
  const heads = numHeads as number;
  return { queries: heads, keys: heads, keySize: keyDim as number, valueSize: (valueDim ?? keyDim) as number, outputs };
}

const multiHeadAttention: OnnxLayerKind = {
  kind: 'MultiHeadAttention',
  weights: (config, inputs) => {
    refuseSettings(config, rolesIn(inputs).query);
    return projections(config, inputs, headsIn(config, inputs));
  },
  shape: (config, inputs) => [...rolesIn(inputs).query.slice(0, -1), ...headsIn(config, inputs).outputs],
  emit: (inputs, context) =>
    attend(
      inputs,
      context,
      headsIn(
        context.config,
        inputs.map(({ shape }) => shape),
      ),
    ),
};

function groupedHeadsIn({ headDim, numQueryHeads, numKeyValueHeads }: Config, query: Dims): Heads {
  const [size, queries, keys] = [headDim, numQueryHeads, numKeyValueHeads] as [number, number, number];
  if (queries % keys !== 0) throw new Error(`${queries} queries cannot share ${keys} keys`);
  return { queries, keys, keySize: size, valueSize: size, outputs: [query.at(-1) as number] };
}

/** Several queries share a key (Ainslie et al. 2023). */
const groupedQueryAttention: OnnxLayerKind = {
  kind: 'GroupedQueryAttention',
  weights: (config, inputs) => {
    const { query } = rolesIn(inputs);
    refuseSettings(config, query);
    return projections(config, inputs, groupedHeadsIn(config, query));
  },
  emit: (inputs, context) => attend(inputs, context, groupedHeadsIn(context.config, rolesIn(inputs).query.shape)),
};

/** softmax(scores) v, with scores of one vector for another. */
function weigh(
  inputs: readonly Lowered[],
  { shape, build }: Context,
  score: (q: string, k: string) => string,
): Lowered {
  const { query, key, value } = rolesIn(inputs.map((x) => build.channelsLast(x)));
  const rank = rolesIn(inputs).query.shape.length + 1;
  const distribution = build.op('Softmax', [score(query, key)], { axis: rank - 1 });
  return { value: build.op('MatMul', [distribution, value]), shape, channelsFirst: false };
}

function shapeOfWeighted(_: Config, inputs: readonly Dims[]): Dims {
  const { query, value } = rolesIn(inputs);
  return [...query.slice(0, -1), value.at(-1) as number];
}

/** tanh(s (q + k)) for each pair of vectors: [batch, queries, keys, numbers]. */
function additiveScores(q: string, k: string, rank: number, before: string | undefined, build: LayoutBuilder): string {
  const sum = build.add(build.unsqueeze(q, [rank - 1]), build.unsqueeze(k, [rank - 2]));
  return build.op('Tanh', [before === undefined ? sum : build.mul(sum, before)]);
}

/** By products of vectors (Luong et al. 2015). */
const attention: OnnxLayerKind = {
  kind: 'Attention',
  weights: ({ useScale, scoreMode }) => ({
    ...(useScale === true && { scale: [] }),
    ...(scoreMode === 'concat' && { concat_score_weight: [] }),
  }),
  shape: shapeOfWeighted,
  emit: (inputs, context) => {
    const { weights, build } = context;
    const rank = rolesIn(inputs).query.shape.length + 1;
    const { scale: factor, concat_score_weight: outer } = weights;
    const scale = factor && build.weight(factor);
    return weigh(inputs, context, (q, k) => {
      if (outer) {
        const scores = build.reduceSum(additiveScores(q, k, rank, scale, build), [rank], false);
        return build.mul(scores, build.weight(outer));
      }
      const axes = Array.from({ length: rank }, (_, axis) => axis);
      const swapped = build.transpose(k, [...axes.slice(0, -2), rank - 1, rank - 2]);
      const scores = build.op('MatMul', [q, swapped]);
      return scale ? build.mul(scores, scale) : scores;
    });
  },
};

/** By a small network of pairs of vectors (Bahdanau et al. 2015). */
const additiveAttention: OnnxLayerKind = {
  kind: 'AdditiveAttention',
  weights: ({ useScale }, inputs): Record<string, Dims> =>
    useScale === false ? {} : { scale: [rolesIn(inputs).query.at(-1) as number] },
  shape: shapeOfWeighted,
  emit: (inputs, context) => {
    const { weights, build } = context;
    const rank = rolesIn(inputs).query.shape.length + 1;
    return weigh(inputs, context, (q, k) => {
      const pairs = additiveScores(q, k, rank, undefined, build);
      return build.reduceSum(weights.scale ? build.mul(pairs, build.weight(weights.scale)) : pairs, [rank], false);
    });
  },
};

/** Attention of vectors of an image to each other. */
export const attentions: readonly OnnxLayerKind[] = [
  multiHeadAttention,
  groupedQueryAttention,
  attention,
  additiveAttention,
];
