import { elementCount, elementTypes, type Graph, intAttribute, type Node, numberIn, type Value } from './graph.ts';
import { freePrefix, GraphBuilder } from './graphBuilder.ts';
import { logOdds, logOf, plainLogOf, withZero } from './logarithm.ts';
import { withoutUnused } from './scores.ts';

/** Operators that only change shape or type. */
const passive = new Set(['Identity', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Cast', 'Dropout']);
/** Elementwise functions that increase and saturate. */
const growing = new Set(['Sigmoid', 'HardSigmoid', 'Tanh', 'Softsign', 'Exp']);

type Shapes = ReadonlyMap<string, readonly number[]>;

/** What is known about a file's scores. */
export interface Scores {
  /** How many images there are in a run. */
  readonly batch: number;
  /** Numbers per image; 1 for two classes. */
  readonly count: number;
  readonly shapes: Shapes;
}

/** A way to get logits that order the classes as the file's own scores do. */
export interface Ending {
  /** The graph with the logits as its only output. */
  readonly graph: Graph;
  /** The value of the logits; it need not be a matrix. */
  readonly logits: string;
  /** The graph with two outputs: the file's own scores, and the logits, whose elements are in the same order. */
  readonly trial: Graph;
  /** True for logarithms computed step by step, rather than taken of the output. */
  readonly isMadeOfProbabilities?: boolean;
  /** What reports say about it; missing for a plain softmax, or for the file's own scores. */
  readonly note?: string;
}

/**
 * The operator that the scores come from, if nothing after it changes the order of classes, and everything after it.
 */
function endOf(graph: Graph): { readonly node: Node | undefined; readonly after: ReadonlySet<Node> } {
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const after = new Set<Node>();
  let value = outputOf(graph).name;
  for (;;) {
    const node = makers.get(value);
    const source =
      node?.domain === '' ? (passive.has(node.operator) ? node.inputs[0] : scaledIn(node, graph)) : undefined;
    if (node === undefined || source === undefined) return { node: node?.domain === '' ? node : undefined, after };
    after.add(node);
    value = source;
  }
}

function lastNode(graph: Graph): Node | undefined {
  return endOf(graph).node;
}

/** What a node multiplies by a positive number, or adds a number to, which keeps the order of classes. */
function scaledIn({ operator, inputs: [a = '', b = ''] }: Node, graph: Graph): string | undefined {
  const [first, second] = [numberIn(a, graph), numberIn(b, graph)];
  switch (operator) {
    case 'Add':
      return second !== undefined ? a : first !== undefined ? b : undefined;
    case 'Sub':
      return second !== undefined ? a : undefined;
    case 'Mul':
      return (second ?? 0) > 0 ? a : (first ?? 0) > 0 ? b : undefined;
    case 'Div':
      return (second ?? 0) > 0 ? a : undefined;
    default:
      return undefined;
  }
}

function outputOf(graph: Graph): Value {
  return graph.outputs[0] as Value;
}

/** Whether a softmax runs over all numbers of one image, and nothing else. */
function runsOverClasses(node: Node, { batch, count, shapes }: Scores): boolean {
  const dims = shapes.get(node.inputs[0] as string) ?? [];
  const axis = intAttribute(node, 'axis', -1);
  const at = axis < 0 ? axis + dims.length : axis;
  return (
    elementCount(dims.slice(0, at)) === batch &&
    dims[at] === count &&
    elementCount(dims.slice(at + 1)) === 1 &&
    count > 1
  );
}

/** The axis of a final softmax that does not run over the classes; undefined if there is none. */
export function wrongAxis(graph: Graph, scores: Scores): number | undefined {
  const node = lastNode(graph);
  const isSoftmax = node?.operator === 'Softmax' || node?.operator === 'LogSoftmax';
  return isSoftmax && !runsOverClasses(node, scores) ? intAttribute(node, 'axis', -1) : undefined;
}

/** The graph without its final function, if that keeps the order of classes for any image. */
export function withoutEnd(graph: Graph, scores: Scores): Ending | undefined {
  const { node, after } = endOf(graph);
  if (node === undefined) return undefined;
  const isSoftmax = node.operator === 'Softmax' || node.operator === 'LogSoftmax';
  if (!growing.has(node.operator) && !(isSoftmax && runsOverClasses(node, scores))) return undefined;
  const nodes = graph.nodes.map((other) => {
    const source = other === node ? other.inputs[0] : after.has(other) ? scaledIn(other, graph) : undefined;
    return source === undefined ? other : { ...other, operator: 'Identity', inputs: [source], attributes: {} };
  });
  return {
    graph: withoutUnused({ ...graph, nodes }),
    logits: outputOf(graph).name,
    trial: withBoth(graph, node.inputs[0] as string),
    ...(!isSoftmax && { note: `the ${node.operator} at the end is left out, which keeps the order of classes` }),
  };
}

/**
 * The graph with the logarithm of its scores as logits, which the softmax of a loss turns back into scores. For one
 * score p this is log p − log(1 − p).
 * @param how "structural" follows how they are computed, so that nothing underflows; "plain" takes their logarithm.
 */
export function withLogarithm(
  graph: Graph,
  scores: Scores,
  how: 'structural' | 'plain',
  opset: number,
): Ending | undefined {
  const { count, shapes } = scores;
  const build = new GraphBuilder(opset, freePrefix(graph, 'logarithm'));
  const { name } = outputOf(graph);
  const node = lastNode(graph);
  // The existing logarithm, of a probability that may underflow.
  const isLog = node?.operator === 'Log';
  const source = isLog ? (node.inputs[0] as string) : name;
  if (isLog && count === 1) return undefined;
  const log = how === 'plain' ? plainLogOf(source, build) : logOf(source, graph, shapes, build);
  if (log === undefined) return undefined;
  const logits = count === 1 ? logOdds(name, log, build) : log;
  const all = extended(graph, build, logits);
  return {
    graph: withoutUnused(all),
    logits,
    trial: { ...all, outputs: [outputOf(graph), ...all.outputs] },
    isMadeOfProbabilities: how === 'structural' || roundsSoftmax(graph, scores),
    note: isLog
      ? 'the logarithm at the end is computed from what is before it, so that it does not underflow'
      : 'the model gives probabilities, whose logarithms are taken as logits',
  };
}

/** Whether the scores are those of a softmax rounded to a few bits, which need not sum to 1. */
function roundsSoftmax(graph: Graph, scores: Scores): boolean {
  const rounding = lastNode(graph);
  if (rounding?.operator !== 'QuantizeLinear') return false;
  const before = graph.nodes.find(({ outputs }) => outputs[0] === rounding.inputs[0]);
  return before?.domain === '' && before.operator === 'Softmax' && runsOverClasses(before, scores);
}

/** A graph that outputs another of its values as well, as float32. */
function withBoth(graph: Graph, value: string): Graph {
  const cast = `${freePrefix(graph, 'trial')}float32`;
  const to = { kind: 'int', value: elementTypes.float32 } as const;
  const node: Node = { operator: 'Cast', domain: '', inputs: [value], outputs: [cast], attributes: { to } };
  return { ...graph, nodes: [...graph.nodes, node], outputs: [outputOf(graph), { name: cast, type: 'float32' }] };
}

/** What the only number per image is, if not a score: for example, the largest of several. */
export function noScoreIn(graph: Graph, { count }: Scores): string | undefined {
  const node = lastNode(graph);
  const isOrdered = node?.operator === 'TopK';
  const isLargest = count === 1 && (node?.operator === 'ReduceMax' || node?.operator === 'ReduceMin');
  return isOrdered || isLargest ? node?.operator : undefined;
}

/** Whether a graph ends in a logarithm. */
export function endsInLogarithm(graph: Graph): boolean {
  return lastNode(graph)?.operator === 'Log';
}

/** The graph as it is. */
export function asItIs(graph: Graph): Ending {
  return { graph, logits: outputOf(graph).name, trial: graph };
}

/** An ending with one number z per image, as logits of two classes: [0, z]. */
export function forTwoClasses(ending: Ending, batch: number | 'any', opset: number): Ending {
  const { graph, logits, note } = ending;
  const build = new GraphBuilder(opset, freePrefix(graph, 'two'));
  const both = withZero(logits, batch, build);
  const own = 'the model gives one number z, which is taken as the logits [0, z] of two classes';
  const all = withoutUnused(extended(graph, build, both));
  return { ...ending, graph: all, logits: both, note: note ? `${note}; ${own}` : own };
}

function extended(graph: Graph, build: GraphBuilder, output: string): Graph {
  return {
    ...graph,
    nodes: [...graph.nodes, ...build.nodes],
    constants: new Map([...graph.constants, ...build.constants]),
    outputs: [{ name: output, type: 'float32' }],
  };
}
