import { floatAttribute, intAttribute } from '../../graph/graph.ts';
import type { GraphBuilder } from '../../graph/graphBuilder.ts';
import { NotDifferentiable, type Rule, type RuleContext } from '../rule.ts';

/** Sums along the softmax axis; since version 13 of the standard there is only one. */
function sumAlong({ node, build }: RuleContext, value: string): string {
  return build.reduceSum(value, [intAttribute(node, 'axis', -1)], true);
}

/** Softmax, its logarithm, and attention, which is built on it. */
export const softmax: Readonly<Record<string, Rule>> = {
  /** dx_i = y_i (dy_i − Σ_j y_j dy_j). */
  Softmax: (context) => {
    const {
      dy,
      outputs: [y = ''],
      build,
    } = context;
    return [build.mul(y, build.sub(dy, sumAlong(context, build.mul(y, dy))))];
  },
  /** dx_i = dy_i − e^(y_i) Σ_j dy_j. */
  LogSoftmax: (context) => {
    const {
      dy,
      outputs: [y = ''],
      build,
    } = context;
    return [build.sub(dy, build.mul(build.op('Exp', [y]), sumAlong(context, dy)))];
  },
  /** Y = P V with P = softmax(s Q Kᵀ + mask). So dV = Pᵀ dY, and through P's logits dQ = s dS K and dK = s dSᵀ Q. */
  Attention: (context) => {
    const { node, dy, inputs, outputs, wanted, shape, build } = context;
    const [q = '', k = '', v = '', mask = ''] = inputs;
    if (inputs[4] || inputs[5] || inputs[6]) throw new NotDifferentiable('it has a cache of keys and values');
    if (floatAttribute(node, 'softcap', 0) !== 0) throw new NotDifferentiable('softcap is set');
    const heads = (value: string, attribute: string) =>
      shape(value).length === 4 ? (shape(value)[1] as number) : intAttribute(node, attribute, 0);
    const count = heads(q, 'q_num_heads');
    if (count !== heads(k, 'kv_num_heads')) throw new NotDifferentiable('several heads share keys and values');
    const split = (value: string, like: string) => withHeads(value, shape(like), count, build);
    const merged = (value: string, like: string) => withoutHeads(value, shape(like), build);

    const [d, keys, values, queries] = [split(dy, outputs[0] as string), split(k, k), split(v, v), split(q, q)];
    const turned = (value: string) => build.transpose(value, [0, 1, 3, 2]);
    const p = probabilities(context);
    const dp = build.op('MatMul', [d, turned(values)]);
    const ds = build.mul(p, build.sub(dp, build.reduceSum(build.mul(p, dp), [-1], true)));
    const [batch = 1, width = 1] = [shape(q)[0], shape(q).at(-1)];
    const size = shape(q).length === 4 ? width : width / count;
    const scaled = build.scale(ds, floatAttribute(node, 'scale', 1 / Math.sqrt(size)));
    const scores = [batch, count, shape(q).at(-2) as number, shape(k).at(-2) as number];
    return [
      wanted[0] ? merged(build.op('MatMul', [scaled, keys]), q) : undefined,
      wanted[1] ? merged(build.op('MatMul', [turned(scaled), queries]), k) : undefined,
      wanted[2] ? merged(build.op('MatMul', [turned(p), d]), v) : undefined,
      wanted[3] ? build.sumTo(ds, scores, shape(mask)) : undefined,
    ];
  },
};

/**
 * The attention's softmax: an optional output, computed again since the model may use that output for something else.
 */
function probabilities({ node, inputs, build }: RuleContext): string {
  const [y, p] = [build.name('Attention'), build.name('probabilities')];
  const attributes = { ...node.attributes, qk_matmul_output_mode: { kind: 'int', value: 3 } } as const;
  build.nodes.push({ operator: 'Attention', domain: '', inputs, outputs: [y, '', '', p], attributes });
  return p;
}

/** [batch, heads, positions, size]; heads may be given within the last axis. */
function withHeads(value: string, dims: readonly number[], heads: number, build: GraphBuilder): string {
  if (dims.length === 4) return value;
  const [batch = 1, positions = 1, width = 1] = dims;
  return build.transpose(build.reshape(value, [batch, positions, heads, width / heads]), [0, 2, 1, 3]);
}

function withoutHeads(value: string, dims: readonly number[], build: GraphBuilder): string {
  return dims.length === 4 ? value : build.reshape(build.transpose(value, [0, 2, 1, 3]), dims);
}
