import { startRuntime } from '../../src/models/onnx/session/runtime.ts';
import type { RuntimeTensor } from '../../src/models/onnx/session/session.ts';
import { graphOf } from '../../src/models/tensorflow/graphDef.ts';
import { lower } from '../../src/models/tensorflow/lowering/lower.ts';
import type { GraphFields } from '../../src/models/tensorflow/messages.ts';

/**
 * What the ONNX graph of a TensorFlow graph gives.
 * @param message a decoded GraphDef with a placeholder "x" and a result "y".
 * @param lowering what writes it as ONNX, for its mutants.
 */
export async function computeTensorFlow(
  message: object,
  dims: readonly number[],
  x: Float32Array,
  lowering = lower,
): Promise<RuntimeTensor> {
  const graph = graphOf(message as GraphFields);
  const ports = { inputs: [{ name: 'x', tensor: 'x' }], outputs: [{ name: 'y', tensor: 'y' }] };
  const session = await (await startRuntime({})).open(lowering({ graph, ...ports }));
  try {
    const { y } = await session.run({ x: { type: 'float32', dims, data: x } });
    return y as RuntimeTensor;
  } finally {
    await session.close();
  }
}
