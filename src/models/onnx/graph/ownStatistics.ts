import { type Graph, intAttribute, type Node } from './graph.ts';

/**
 * Batch normalizations left in training mode take mean and variance from the batch, and those of ONNX Runtime give
 * different answers from run to run. For a single image, these are its own statistics, which instance normalization
 * uses in any batch (Ulyanov et al. 2016, eq. 3).
 * @returns the graph itself if there are none.
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
