import type { Graph, Node } from './graph.ts';

/**
 * The values of a graph that depend on the input's contents, not only on its shape.
 * @param passes false for nodes whose outputs do not count.
 */
export function dependents({ nodes }: Graph, input: string, passes: (node: Node) => boolean = () => true): Set<string> {
  const found = new Set([input]);
  for (const node of nodes) {
    if (node.operator === 'Shape' || node.operator === 'Size' || !passes(node)) continue;
    if (valuesReadBy(node).some((value) => found.has(value))) for (const output of node.outputs) found.add(output);
  }
  return found;
}

/** The values that a node reads, including those that its inner graphs read from outside. */
export function valuesReadBy({ inputs, attributes }: Node): string[] {
  const inner = Object.values(attributes).flatMap((attribute) =>
    attribute.kind === 'graph'
      ? [...attribute.value.nodes.flatMap(valuesReadBy), ...attribute.value.outputs.map(({ name }) => name)]
      : [],
  );
  return [...inputs, ...inner];
}
