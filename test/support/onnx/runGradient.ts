import { deriveGradient } from '../../../src/models/onnx/gradient/derive.ts';
import type { Graph, Model, Node } from '../../../src/models/onnx/graph/graph.ts';
import { type AttributeValue, attributeOf, GraphBuilder } from '../../../src/models/onnx/graph/graphBuilder.ts';
import { inspect } from '../../../src/models/onnx/graph/inspect.ts';
import { nativeRuntime } from '../../../src/models/onnx/session/runtime.ts';
import type { Tensor } from './reference/tensor.ts';

/** The gradient of an operator's first output, weighed by given numbers, as ONNX Runtime computes it. */
export async function runGradient(
  operator: string,
  attributes: Readonly<Record<string, AttributeValue>>,
  x: Tensor,
  weights: Tensor,
): Promise<number[]> {
  const runtime = nativeRuntime();
  const node: Node = {
    operator,
    domain: '',
    inputs: ['x'],
    outputs: ['y'],
    attributes: Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, attributeOf(value)])),
  };
  const graph: Graph = {
    inputs: [{ name: 'x', type: 'float32', dims: x.dims }],
    outputs: [{ name: 'y' }],
    nodes: [node],
    constants: new Map(),
  };
  const model: Model = { graph, opsets: new Map([['', 17]]), metadata: new Map(), folder: '/' };
  const build = new GraphBuilder(17, 'gradient/');
  const inspection = await inspect(model, x.dims, runtime);
  const { gradient, nodes } = deriveGradient(graph, 'x', [{ value: 'y', gradient: 'dy' }], inspection, build);
  const derived: Graph = {
    inputs: [...graph.inputs, { name: 'dy', type: 'float32', dims: weights.dims }],
    outputs: [{ name: gradient as string, type: 'float32' }],
    nodes: [...nodes, ...build.nodes],
    constants: build.constants,
  };
  const session = await runtime.open({ ...model, graph: derived });
  try {
    const feed = ({ dims, data }: Tensor) => ({ type: 'float32', dims, data: Float32Array.from(data) });
    const results = await session.run({ x: feed(x), dy: feed(weights) });
    return Array.from(results[gradient as string]?.data as unknown as Float32Array);
  } finally {
    await session.close();
  }
}
