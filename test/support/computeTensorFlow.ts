import { startRuntime } from '../../src/models/onnx/session/runtime.ts';
import type { RuntimeTensor } from '../../src/models/onnx/session/session.ts';
import { graphOf } from '../../src/models/tensorflow/graphDef.ts';
import { lower } from '../../src/models/tensorflow/lowering/lower.ts';
import { type GraphFields, GraphMessage } from '../../src/models/tensorflow/messages.ts';

/**
 * What the ONNX graph of a TensorFlow graph gives.
 * @param nodes a GraphDef's in JSON, with a placeholder "x" and a result "y".
 */
export async function computeTensorFlow(
  nodes: readonly object[],
  dims: readonly number[],
  x: Float32Array,
): Promise<RuntimeTensor> {
  const graph = graphOf(GraphMessage.fromObject({ node: nodes }) as unknown as GraphFields);
  const ports = { inputs: [{ name: 'x', tensor: 'x' }], outputs: [{ name: 'y', tensor: 'y' }] };
  const session = await (await startRuntime({})).open(lower({ graph, ...ports }));
  try {
    const { y } = await session.run({ x: { type: 'float32', dims, data: x } });
    return y as RuntimeTensor;
  } finally {
    await session.close();
  }
}
