import { UserError } from '../../../userError.ts';
import { valuesReadBy } from './dependents.ts';
import { elementTypes, type Graph, type Node, type Value } from './graph.ts';
import { freePrefix } from './graphBuilder.ts';

/** What may stand after a softmax without changing the order of its numbers. */
const passive = new Set(['Identity', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Cast']);
const notLogits = new Set(['Sigmoid', 'HardSigmoid']);

/**
 * The graph with the softmax at its end cut off, and with the scores as its only output.
 * @throws UserError when it does not give one row of class scores, or not as logits or softmax.
 */
export function withLogits(graph: Graph): Graph {
  const output = scoresOf(graph);
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  let node = producers.get(output.name);
  while (node && passive.has(node.operator)) node = producers.get(node.inputs[0] as string);
  if (node && notLogits.has(node.operator)) {
    throw new UserError(`The model ends in ${node.operator}. A classifier ends in logits or softmax; export it so.`);
  }
  const isSoftmax = node?.operator === 'Softmax' || node?.operator === 'LogSoftmax';
  const nodes = graph.nodes.map((other) =>
    isSoftmax && other === node
      ? { ...other, operator: 'Identity', inputs: other.inputs.slice(0, 1), attributes: {} }
      : other,
  );
  return withoutUnused(asFloat32({ ...graph, nodes }, output));
}

/** The graph with one output, in the type that logits are read in. */
function asFloat32(graph: Graph, { name, type = 'float32' }: Value): Graph {
  if (type === 'float32') return { ...graph, outputs: [{ name, type }] };
  const cast = `${freePrefix(graph, 'logits')}float32`;
  const to = { kind: 'int', value: elementTypes.float32 } as const;
  const node: Node = { operator: 'Cast', domain: '', inputs: [name], outputs: [cast], attributes: { to } };
  return { ...graph, nodes: [...graph.nodes, node], outputs: [{ name: cast, type: 'float32' }] };
}

/** The output that holds class scores: floating-point numbers, a row for each image. */
function scoresOf({ outputs }: Graph): Value {
  const scores = outputs.filter(({ type = 'float32' }) => type.startsWith('float') || type === 'bfloat16');
  const rows = scores.filter(({ dims }) => dims === undefined || dims.length === 2);
  const candidates = scores.length === 1 ? scores : rows;
  if (candidates.length !== 1) {
    const list = outputs.map(({ name, dims }) => `${name} [${dims?.join(', ') ?? '?'}]`).join(', ');
    throw new UserError(
      `The model gives ${list || 'nothing'}. Perturb needs a classifier with one output, a score for each class.`,
    );
  }
  return candidates[0] as Value;
}

/** Drops nodes and constants that no output needs. */
function withoutUnused(graph: Graph): Graph {
  const needed = new Set(graph.outputs.map(({ name }) => name));
  const nodes: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => needed.has(name))) continue;
    nodes.push(node);
    for (const value of valuesReadBy(node)) needed.add(value);
  }
  const constants = new Map([...graph.constants].filter(([name]) => needed.has(name)));
  return { ...graph, nodes: nodes.reverse(), constants };
}
