import { type Attribute, type Graph, intAttribute, intsAttribute, type Model, type Node } from './graph.ts';
import { freePrefix, GraphBuilder } from './graphBuilder.ts';
import { upgradeOld } from './upgradeOld.ts';

/** Oldest version of the standard's operators that can be differentiated. */
export const oldestOpset = 7;
/** Before it, bounds and pads were attributes. */
const firstOfInputs = 11;
/** The version that older models are upgraded to: the first that has everything gradients need. */
const commonOpset = 17;

/** The operators whose axes or lengths were an attribute before version 13, and are the second input since. */
const movedToInput: Readonly<Record<string, string>> = {
  ReduceSum: 'axes',
  Split: 'split',
  Squeeze: 'axes',
  Unsqueeze: 'axes',
};
/** The operators that flattened their input to a matrix at an axis before version 13, and use one axis since. */
const flattening = new Set(['Softmax', 'LogSoftmax', 'Hardmax']);

/**
 * Upgrades a model from versions 7 to 16 of the standard's operators to version 17, so that later steps see one form of
 * each. Others are returned unchanged.
 */
export function upgrade(model: Model): Model {
  const opset = model.opsets.get('') ?? 0;
  if (opset < oldestOpset || opset >= commonOpset) return model;
  const opsets = new Map([...model.opsets, ['', commonOpset]]);
  if (opset >= 13) return { ...model, opsets };
  const prefix = freePrefix(model.graph, 'upgrade');
  const build = new GraphBuilder(commonOpset, prefix);
  const isOld = opset < firstOfInputs;
  const graph = upgradeGraph(model.graph, isOld, build);
  return { ...model, opsets, graph: { ...graph, constants: new Map([...graph.constants, ...build.constants]) } };
}

function upgradeGraph(graph: Graph, isOld: boolean, build: GraphBuilder): Graph {
  const nodes = graph.nodes.map((node) => withUpgradedGraphs(isOld ? upgradeOld(node, build) : node, isOld, build));
  return { ...graph, nodes: nodes.flatMap((node) => upgradeNode(node, build)) };
}

function withUpgradedGraphs(node: Node, isOld: boolean, build: GraphBuilder): Node {
  const attributes = Object.entries(node.attributes).map(([name, attribute]): [string, Attribute] => [
    name,
    attribute.kind === 'graph' ? { kind: 'graph', value: upgradeGraph(attribute.value, isOld, build) } : attribute,
  ]);
  return { ...node, attributes: Object.fromEntries(attributes) };
}

function upgradeNode(node: Node, build: GraphBuilder): Node[] {
  if (node.domain !== '') return [node];
  const moved = movedToInput[node.operator];
  if (moved !== undefined) {
    const { [moved]: _, ...attributes } = node.attributes;
    const values = intsAttribute(node, moved);
    const inputs = values ? [...node.inputs.slice(0, 1), build.ints(values)] : node.inputs;
    return [{ ...node, inputs, attributes }];
  }
  if (flattening.has(node.operator)) return flattened(node, build);
  // The ratio matters only in training.
  if (node.operator === 'Dropout') return [{ ...node, inputs: node.inputs.slice(0, 1), attributes: {} }];
  return [node];
}

/** x → its matrix, flattened at the axis → the operator on its rows → the shape of x. */
function flattened(node: Node, build: GraphBuilder): Node[] {
  const { operator, inputs, outputs } = node;
  const [x = ''] = inputs;
  const axis = intAttribute(node, 'axis', 1);
  // The last axis, counted from the end, is the same in both forms.
  if (axis === -1) return [node];
  const [shape, matrix, rows] = ['Shape', 'Flatten', operator].map((what) => build.name(what)) as [
    string,
    string,
    string,
  ];
  const plain = { domain: '', attributes: {} };
  return [
    { ...plain, operator: 'Shape', inputs: [x], outputs: [shape] },
    {
      ...plain,
      operator: 'Flatten',
      inputs: [x],
      outputs: [matrix],
      attributes: { axis: { kind: 'int', value: axis } },
    },
    { ...plain, operator, inputs: [matrix], outputs: [rows], attributes: { axis: { kind: 'int', value: 1 } } },
    { ...plain, operator: 'Reshape', inputs: [rows, shape], outputs },
  ];
}
