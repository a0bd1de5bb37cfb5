import type * as tfl from '@tensorflow/tfjs-layers';
import { floatConstant } from '../../models/onnx/graph/graph.ts';
import { writeModel } from '../../models/onnx/graph/writeModel.ts';
import { lowerToOnnx } from '../../models/tfjs/lowering/lowerToOnnx.ts';

/**
 * A generator as an ONNX file: images [N, channels, height, width] in [0, 1] to the changes clip(tanh a, ±bound), as [N, height
 * · width · channels], channels last. What it makes of the images are their sums, clipped to [0, 1].
 */
export function changeGraph(generator: tfl.LayersModel, bound: number): Uint8Array {
  const { model } = lowerToOnnx(generator);
  const { graph } = model;
  const [{ name, dims = [] } = { name: '' }] = graph.outputs;
  const node = (operator: string, inputs: readonly string[], output: string) => ({
    operator,
    domain: '',
    inputs,
    outputs: [output],
    attributes: {},
  });
  return writeModel({
    ...model,
    graph: {
      ...graph,
      nodes: [
        ...graph.nodes,
        node('Tanh', [name], 'unbounded'),
        node('Clip', ['unbounded', 'lowest', 'highest'], 'change'),
      ],
      constants: new Map([
        ...graph.constants,
        ['lowest', floatConstant([-bound], [])],
        ['highest', floatConstant([bound], [])],
      ]),
      outputs: [{ name: 'change', type: 'float32', dims }],
    },
  });
}
