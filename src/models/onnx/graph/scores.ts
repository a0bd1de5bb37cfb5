import { UserError } from '../../../userError.ts';
import { valuesReadBy } from './dependents.ts';
import { elementTypes, type Graph, type Node, type Value } from './graph.ts';
import { freePrefix } from './graphBuilder.ts';

/** Exporters' names for the output with class scores, the most reliable first. */
const usualNames = ['logits', 'logit', 'scores', 'probabilities', 'probs'];

/**
 * The graph with the output that holds class scores as its only one, as float32.
 * @param name of that output, if the settings state it.
 * @throws UserError when there is no such output, or when several could be it.
 */
export function withScores(graph: Graph, name?: string): Graph {
  const maps = mapsIn(graph);
  const plain = { ...graph, outputs: graph.outputs.map((output) => maps.get(output.name) ?? output) };
  const wanted = maps.get(name ?? '')?.name ?? name;
  return withoutUnused(asFloat32(plain, scoresOf(plain, wanted)));
}

/**
 * What holds the same scores as each output that is a map from class to score, as classical converters write them: the
 * tensor before it.
 */
function mapsIn({ nodes }: Graph): Map<string, Value> {
  const maps = nodes.filter(({ operator }) => operator === 'ZipMap');
  return new Map(
    maps.map(({ inputs, outputs }) => [outputs[0] as string, { name: inputs[0] as string, type: 'float32' }]),
  );
}

/** The graph with one output, in the type of logits. */
function asFloat32(graph: Graph, { name, type = 'float32', dims }: Value): Graph {
  if (type === 'float32') return { ...graph, outputs: [{ name, type, ...(dims && { dims }) }] };
  const cast = `${freePrefix(graph, 'logits')}float32`;
  const to = { kind: 'int', value: elementTypes.float32 } as const;
  const node: Node = { operator: 'Cast', domain: '', inputs: [name], outputs: [cast], attributes: { to } };
  return { ...graph, nodes: [...graph.nodes, node], outputs: [{ name: cast, type: 'float32' }] };
}

function scoresOf(graph: Graph, wanted: string | undefined): Value {
  return scoresAmong(graph.outputs, wanted, (scores) => columnsOf(graph, scores));
}

/**
 * Which output of a model holds its scores.
 * @param wanted name of the output that the settings state.
 * @param wholeOf the name of a value that several outputs are the columns of, if there is one.
 * @throws UserError when there is no such output, or several may be meant.
 */
export function scoresAmong(
  outputs: readonly Value[],
  wanted: string | undefined,
  wholeOf: (scores: readonly Value[]) => string | undefined = () => undefined,
): Value {
  const list = outputs.map(({ name, dims }) => `${name} [${dims?.join(', ') ?? '?'}]`).join(', ') || 'nothing';
  if (wanted !== undefined) {
    const found = outputs.find(({ name }) => name === wanted);
    if (found?.isTensor !== false && found !== undefined) return found;
    throw new UserError(
      `The model has no output "${wanted}" of scores. It gives ${list}. Change "output" of this model.`,
    );
  }
  const scores = outputs.filter(
    ({ type = 'float32', isTensor = true }) => isTensor && (type.startsWith('float') || type === 'bfloat16'),
  );
  if (scores.length === 0) {
    throw new UserError(
      `The model gives ${list}, which holds no scores. Perturb needs an output with a score for each class: export the model with one, such as the input of its final ArgMax.`,
    );
  }
  const whole = wholeOf(scores);
  if (whole !== undefined) return { name: whole, type: 'float32' };
  const named = usualNames.flatMap((usual) => scores.filter(({ name }) => name.toLowerCase() === usual));
  const rows = scores.filter(({ dims }) => dims === undefined || dims.length === 2);
  const [found] = [scores, named.slice(0, 1), rows].filter(({ length }) => length === 1);
  if (found === undefined) {
    throw new UserError(
      `The model gives ${list}. Perturb needs one output with a score for each class: name it as "output" of this model in the settings.`,
    );
  }
  return found[0] as Value;
}

/** The value that several outputs are the columns of, one per class. */
function columnsOf({ nodes }: Graph, outputs: readonly Value[]): string | undefined {
  if (outputs.length < 2) return undefined;
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const sources = outputs.map(({ name }) => {
    let node = makers.get(name);
    while (node && reshaping.has(node.operator)) node = makers.get(node.inputs[0] as string);
    return node && choosing.has(node.operator) ? node.inputs[0] : undefined;
  });
  const [source] = sources;
  return sources.every((other) => other === source) ? source : undefined;
}

const reshaping = new Set(['Identity', 'Reshape', 'Squeeze', 'Flatten', 'Cast']);
const choosing = new Set(['Slice', 'Split', 'Gather']);

/** Drops nodes, constants, and inputs that no output needs. */
export function withoutUnused(graph: Graph): Graph {
  const needed = new Set(graph.outputs.map(({ name }) => name));
  const nodes: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => needed.has(name))) continue;
    nodes.push(node);
    for (const value of valuesReadBy(node)) needed.add(value);
  }
  const constants = new Map([...graph.constants].filter(([name]) => needed.has(name)));
  const inputs = graph.inputs.filter(({ name }) => needed.has(name));
  return { ...graph, inputs: inputs.length > 0 ? inputs : graph.inputs, nodes: nodes.reverse(), constants };
}
