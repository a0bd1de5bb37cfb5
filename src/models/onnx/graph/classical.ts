import { elementTypes, type Graph, intConstant, type Node, numbersOf, stringAttribute } from './graph.ts';
import { freePrefix, GraphBuilder } from './graphBuilder.ts';

/** The domain of classical machine learning operators, to which scikit-learn models are exported. */
const domain = 'ai.onnx.ml';

/**
 * Rewrites an operator in standard ones; undefined if that is impossible. Gives the name of what replaces an output.
 */
type Rewrite = (node: Node, build: GraphBuilder, graph: Graph) => readonly [output: number, value: string] | undefined;

/**
 * Rewrites the differentiable operators of classical models in standard operators: linear classifiers, scaling,
 * normalization, and feature selection (ONNX-ML).
 * @param opset version of the standard that the graph uses.
 * @returns the graph itself if there are none.
 */
export function withoutClassical(graph: Graph, opset: number): Graph {
  const build = new GraphBuilder(opset, freePrefix(graph, 'classical'));
  const nodes = graph.nodes.flatMap((node): readonly Node[] => {
    const made = node.domain === domain ? rewrites[node.operator]?.(node, build, graph) : undefined;
    if (made === undefined) return [node];
    const [output, value] = made;
    const name = node.outputs[output] as string;
    const named: Node = { operator: 'Identity', domain: '', inputs: [value], outputs: [name], attributes: {} };
    // Its other outputs, such as labels, still come from the node itself.
    const rest = node.outputs.length > 1 ? [{ ...node, outputs: node.outputs.with(output, '') }] : [];
    return [...rest, ...build.nodes.splice(0), named];
  });
  if (nodes.every((node, index) => node === graph.nodes[index])) return graph;
  return { ...graph, nodes, constants: new Map([...graph.constants, ...build.constants]) };
}

const rewrites: Readonly<Record<string, Rewrite>> = {
  /** Scores are W x + b, then a function of them. */
  LinearClassifier: (node, build) => {
    const [weights, shift] = [floatsOf(node, 'coefficients'), floatsOf(node, 'intercepts')];
    const end = stringAttribute(node, 'post_transform', 'NONE');
    if (weights === undefined || shift === undefined || shift.length < 2 || !(end in ends)) return undefined;
    const dims = [shift.length, weights.length / shift.length];
    const x = inFloats(node, build);
    const z = build.op('Gemm', [x, build.floats(weights, dims), build.floats(shift)], { transB: 1 });
    return [1, ends[end]?.(z, build) ?? z];
  },
  /** (x − offset) · scale, with one number each per feature. */
  Scaler: (node, build) => {
    const [offset, scale] = [floatsOf(node, 'offset'), floatsOf(node, 'scale')];
    if (offset === undefined || scale === undefined) return undefined;
    return [0, build.mul(build.sub(inFloats(node, build), build.floats(offset)), build.floats(scale))];
  },
  /** Each row divided by its norm. */
  Normalizer: (node, build) => {
    const reduce = { L1: 'ReduceL1', L2: 'ReduceL2' }[stringAttribute(node, 'norm', 'MAX')];
    if (reduce === undefined) return undefined;
    const x = inFloats(node, build);
    const norm =
      build.opset >= 18
        ? build.op(reduce, [x, build.ints([-1])], { keepdims: 1 })
        : build.op(reduce, [x], { axes: [-1], keepdims: 1 });
    return [0, build.div(x, norm)];
  },
  /** Selected columns. */
  ArrayFeatureExtractor: ({ inputs: [x = '', columns = ''] }, build, graph) => {
    const chosen = graph.constants.get(columns);
    if (!(chosen?.data instanceof Uint8Array) || !/^u?int/.test(chosen.type)) return undefined;
    return [0, build.op('Gather', [x, build.constant(intConstant(numbersOf(chosen)))], { axis: -1 })];
  },
};

const ends: Readonly<Record<string, (z: string, build: GraphBuilder) => string>> = {
  NONE: (z) => z,
  LOGISTIC: (z, build) => build.op('Sigmoid', [z]),
  SOFTMAX: (z, build) => build.op('Softmax', [z], { axis: 1 }),
};

function floatsOf({ attributes }: Node, name: string): readonly number[] | undefined {
  const attribute = attributes[name];
  return attribute?.kind === 'floats' ? attribute.value : undefined;
}

/** Whatever the input's type, these operators compute in float32. */
function inFloats({ inputs: [x = ''] }: Node, build: GraphBuilder): string {
  return build.op('Cast', [x], { to: elementTypes.float32 });
}
