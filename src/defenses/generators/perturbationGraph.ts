import type * as tfl from '@tensorflow/tfjs-layers';
import { floatConstant } from '../../models/onnx/graph/graph.ts';
import { writeModel } from '../../models/onnx/graph/writeModel.ts';
import { lowerToOnnx } from '../../models/tfjs/lowering/lowerToOnnx.ts';

/**
 * A generator of perturbations as an ONNX file: images [N, channels, height, width] in [0, 1] to clip(tanh a, ±ε), the
 * perturbations as [N, height · width · channels], channels last. Adversarial images are their sums, clipped to [0, 1].
 */
export function perturbationGraph(generator: tfl.LayersModel, epsilon: number): Uint8Array {
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
        node('Tanh', [name], 'change'),
        node('Clip', ['change', 'lowest', 'highest'], 'perturbation'),
      ],
      constants: new Map([
        ...graph.constants,
        ['lowest', floatConstant([-epsilon], [])],
        ['highest', floatConstant([epsilon], [])],
      ]),
      outputs: [{ name: 'perturbation', type: 'float32', dims }],
    },
  });
}
