import {
  type Constant,
  floatConstant,
  type Graph,
  intConstant,
  type Model,
  type Node,
  type Value,
} from '../../../src/models/onnx/graph/graph.ts';
import { type AttributeValue, GraphBuilder } from '../../../src/models/onnx/graph/graphBuilder.ts';

/** A small ONNX model, written down node by node: each line makes the value that its first word names. */
export interface ModelSketch {
  readonly input: {
    readonly name?: string;
    readonly type?: Value['type'];
    readonly dims: readonly (number | string)[];
  };
  readonly nodes: readonly {
    readonly operator: string;
    readonly inputs: readonly string[];
    readonly outputs: readonly string[];
    readonly attributes?: Readonly<Record<string, AttributeValue>>;
    readonly domain?: string;
  }[];
  /** Numbers are float32, unless `ints` says int64. */
  readonly constants?: Readonly<
    Record<
      string,
      | Constant
      | { readonly dims: readonly number[]; readonly values: ArrayLike<number> }
      | { readonly ints: readonly number[] }
    >
  >;
  readonly outputs?: readonly Value[];
  readonly opset?: number;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The model of a sketch; its output is that of the last node, unless it names others. */
export function makeModel({ input, nodes, constants = {}, outputs, opset = 17, metadata = {} }: ModelSketch): Model {
  const build = new GraphBuilder(opset, '');
  const made = nodes.map(({ operator, inputs, outputs, attributes = {}, domain = '' }): Node => {
    build.op(operator, inputs, attributes);
    return { ...(build.nodes.at(-1) as Node), outputs, domain };
  });
  const last = made.at(-1)?.outputs[0] as string;
  const graph: Graph = {
    inputs: [{ name: input.name ?? 'image', type: input.type ?? 'float32', dims: input.dims }],
    outputs: outputs ?? [{ name: last, type: 'float32' }],
    nodes: made,
    constants: new Map(
      Object.entries(constants).map(([name, constant]) => {
        if ('ints' in constant) return [name, intConstant(constant.ints)];
        return [name, 'data' in constant ? constant : floatConstant(constant.values, constant.dims)];
      }),
    ),
  };
  return { graph, opsets: new Map([['', opset]]), metadata: new Map(Object.entries(metadata)), folder: '.' };
}

/** Numbers in [−1, 1] that a seed gives. */
export function noise(count: number, seed = 1): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => (Math.sin(12.9898 * (i + 1) * (seed + 0.37)) * 43758.5453) % 1);
}
