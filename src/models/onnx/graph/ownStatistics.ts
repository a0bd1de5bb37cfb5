import { type Graph, intAttribute, type Node } from './graph.ts';

/**
 * Batch normalizations that a file leaves in training mode take mean and variance from the batch that they are given, and
 * ONNX Runtime's change what they answer from run to run. Of an image alone these are the statistics of that image, which
 * instance normalization takes in any batch (Ulyanov et al. 2016, eq. 3).
 * @returns the graph itself where there are none.
 */
export function withOwnStatistics(graph: Graph): Graph {
  const isInTraining = (node: Node) =>
    node.operator === 'BatchNormalization' && node.domain === '' && intAttribute(node, 'training_mode', 0) === 1;
  if (!graph.nodes.some(isInTraining)) return graph;
  const nodes = graph.nodes.map((node): Node => {
    if (!isInTraining(node)) return node;
    const { epsilon } = node.attributes;
    return {
      ...node,
      operator: 'InstanceNormalization',
      inputs: node.inputs.slice(0, 3),
      outputs: node.outputs.slice(0, 1),
      attributes: epsilon ? { epsilon } : ({} as Node['attributes']),
    };
  });
  return { ...graph, nodes };
}
