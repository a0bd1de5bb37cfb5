import type { Attribute, Graph, Node } from './graph.ts';
import { freePrefix } from './graphBuilder.ts';

/**
 * Replaces each If with a constant condition by the branch taken: PyTorch writes an If wherever a layer checks the
 * shape of an image.
 * @returns the graph itself if there is none.
 */
export function takeBranches(graph: Graph): Graph {
  const prefix = freePrefix(graph, 'branch');
  const constants = new Map(graph.constants);
  const nodes = graph.nodes.flatMap((node, index) => {
    const branch = branchOf(node, graph);
    if (branch === undefined) return [node];
    const own = namesIn(branch);
    const rename = (name: string) => (own.has(name) ? `${prefix}${index}/${name}` : name);
    for (const [name, constant] of branch.constants) constants.set(rename(name), constant);
    const results = branch.outputs.map(
      ({ name }, i): Node => ({
        operator: 'Identity',
        domain: '',
        inputs: [rename(name)],
        outputs: [node.outputs[i] as string],
        attributes: {},
      }),
    );
    return [...branch.nodes.map((inner) => renamed(inner, rename)), ...results];
  });
  return nodes.every((node, index) => node === graph.nodes[index]) ? graph : { ...graph, nodes, constants };
}

function branchOf({ operator, domain, inputs: [condition = ''], attributes }: Node, graph: Graph): Graph | undefined {
  if (operator !== 'If' || domain !== '') return undefined;
  const data = graph.constants.get(condition)?.data;
  if (!(data instanceof Uint8Array)) return undefined;
  const branch = attributes[data[0] ? 'then_branch' : 'else_branch'];
  return branch?.kind === 'graph' ? branch.value : undefined;
}

/** The values that a graph defines. */
function namesIn({ inputs, constants, nodes }: Graph): Set<string> {
  const made = nodes.flatMap(({ outputs }) => outputs.filter((name) => name !== ''));
  return new Set([...inputs.map(({ name }) => name), ...constants.keys(), ...made]);
}

/** A node with values renamed, including those that its inner graphs read. */
function renamed(node: Node, rename: (name: string) => string): Node {
  const attributes = Object.entries(node.attributes).map(([name, attribute]): [string, Attribute] => {
    if (attribute.kind !== 'graph') return [name, attribute];
    const { value } = attribute;
    const own = namesIn(value);
    const renameOuter = (name: string) => (own.has(name) ? name : rename(name));
    const nodes = value.nodes.map((inner) => renamed(inner, renameOuter));
    const outputs = value.outputs.map((output) => ({ ...output, name: renameOuter(output.name) }));
    return [name, { kind: 'graph', value: { ...value, nodes, outputs } }];
  });
  return {
    ...node,
    inputs: node.inputs.map(rename),
    outputs: node.outputs.map(rename),
    attributes: Object.fromEntries(attributes),
  };
}
