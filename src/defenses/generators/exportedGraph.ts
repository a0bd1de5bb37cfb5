import type * as tfl from '@tensorflow/tfjs-layers';
import { floatConstant } from '../../models/onnx/graph/graph.ts';
import { writeModel } from '../../models/onnx/graph/writeModel.ts';
import { lowerToOnnx } from '../../models/tfjs/lowering/lowerToOnnx.ts';

/**
 * A generator as an ONNX file. Of images [N, channels, height, width] in [0, 1], it gives the changes clip(tanh a, ±bound): what it
 * makes of the images are their sums, clipped to [0, 1]. Of numbers [N, numbers], it gives samples σ(a). The input is named "image" either way. Both are [N, height ·
 * width · channels], channels last.
 * @param bound of changes; missing for samples.
 */
export function exportedGraph(generator: tfl.LayersModel, bound?: number): Uint8Array {
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
  const output = bound === undefined ? 'samples' : 'change';
  const ending =
    bound === undefined
      ? [node('Sigmoid', [name], output)]
      : [node('Tanh', [name], 'unbounded'), node('Clip', ['unbounded', 'lowest', 'highest'], output)];
  const bounds = bound === undefined ? {} : { lowest: -bound, highest: bound };
  return writeModel({
    ...model,
    graph: {
      ...graph,
      nodes: [...graph.nodes, ...ending],
      constants: new Map([
        ...graph.constants,
        ...Object.entries(bounds).map(([key, value]) => [key, floatConstant([value], [])] as const),
      ]),
      outputs: [{ name: output, type: 'float32', dims }],
    },
  });
}
