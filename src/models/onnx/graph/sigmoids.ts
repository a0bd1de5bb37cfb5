import { type Graph, type Node, numberIn } from './graph.ts';
import { freePrefix, GraphBuilder } from './graphBuilder.ts';

/**
 * Sigmoids written out as 1 / (1 + eᵗ) become σ(−t): eᵗ overflows for large t, and then has no gradient.
 * @returns the graph itself if there are none.
 */
export function withSigmoids(graph: Graph, opset: number): Graph {
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const build = new GraphBuilder(opset, freePrefix(graph, 'sigmoid'));
  const isOne = (value = '') => numberIn(value, graph) === 1;
  const maker = (value: string | undefined, operator: string) => {
    const node = value ? makers.get(value) : undefined;
    return node?.domain === '' && node.operator === operator ? node : undefined;
  };
  /** The t of a denominator 1 + eᵗ. */
  const exponentOf = (denominator: string | undefined): string | undefined => {
    const [a, b] = maker(denominator, 'Add')?.inputs ?? [];
    return maker(isOne(a) ? b : isOne(b) ? a : undefined, 'Exp')?.inputs[0];
  };
  const nodes = graph.nodes.flatMap((node): readonly Node[] => {
    const { operator, domain, inputs } = node;
    const denominator =
      operator === 'Reciprocal' ? inputs[0] : operator === 'Div' && isOne(inputs[0]) ? inputs[1] : undefined;
    const t = domain === '' ? exponentOf(denominator) : undefined;
    if (t === undefined) return [node];
    const opposite = build.neg(t);
    return [...build.nodes.splice(0), { ...node, operator: 'Sigmoid', inputs: [opposite], attributes: {} }];
  });
  return nodes.length === graph.nodes.length ? graph : { ...graph, nodes };
}
