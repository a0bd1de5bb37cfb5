import { dependents } from './dependents.ts';
import { type Graph, intAttribute, type Node, numbersOf, stringAttribute } from './graph.ts';
import { freePrefix, GraphBuilder } from './graphBuilder.ts';
import { type Cell, cells } from './recurrentCells.ts';

/** Longer sequences would make graphs that take minutes to load. */
const longestSequence = 256;
/** Older models are upgraded to at least this version, or are not differentiated. */
const firstOpset = 13;

/** What is known about the values of a graph. */
interface Known {
  /** Dimensions of a value. */
  shape(value: string): readonly number[] | undefined;
  /** The numbers of a constant. */
  numbers(value: string): readonly number[] | undefined;
}

/**
 * Unrolls recurrent layers (RNN, GRU, LSTM) that depend on the image into differentiable operators, if the number of
 * steps is known.
 * @param shapes of all values of the graph.
 * @returns the graph itself if there is nothing to unroll.
 */
export function unrollRecurrent(
  graph: Graph,
  input: string,
  shapes: ReadonlyMap<string, readonly number[]>,
  opset: number,
): Graph {
  if (opset < firstOpset || !graph.nodes.some(({ operator }) => operator in cells)) return graph;
  const onImage = dependents(graph, input);
  const known: Known = {
    shape: (value) => shapes.get(value) ?? graph.constants.get(value)?.dims,
    numbers: (value) => {
      const constant = graph.constants.get(value);
      return constant?.data instanceof Uint8Array ? numbersOf(constant) : undefined;
    },
  };
  const build = new GraphBuilder(opset, freePrefix(graph, 'unrolled'));
  const nodes = graph.nodes.flatMap((node): readonly Node[] => {
    const layer = node.inputs.some((value) => onImage.has(value)) ? layerOf(node, known) : undefined;
    if (typeof layer !== 'object') return [node];
    unroll(node, layer, build);
    return build.nodes.splice(0);
  });
  if (nodes.every((node, index) => node === graph.nodes[index])) return graph;
  return { ...graph, nodes, constants: new Map([...graph.constants, ...build.constants]) };
}

/** Why a recurrent layer cannot be unrolled; undefined if it can, or if the node is not one. */
export function obstacleToUnrolling(node: Node, known: Known): string | undefined {
  const layer = layerOf(node, known);
  return typeof layer === 'string' ? layer : undefined;
}

/** The parts of a recurrent layer. */
interface Layer {
  readonly cell: Cell;
  readonly steps: number;
  readonly hidden: number;
  readonly directions: readonly ('forward' | 'reverse')[];
  /** Of each gate, for each direction. */
  readonly functions: readonly (readonly string[])[];
}

/** Gate functions that are operators without parameters. */
const functions = new Set(['Sigmoid', 'Tanh', 'Relu', 'Softsign', 'Softplus']);

function layerOf(node: Node, { shape, numbers }: Known): Layer | string | undefined {
  const cell = node.domain === '' ? cells[node.operator] : undefined;
  if (cell === undefined) return undefined;
  const [x = '', , recurrent = '', , lengths = ''] = node.inputs;
  const [steps, hidden] = [shape(x)?.[0], shape(recurrent)?.[2]];
  if (steps === undefined || hidden === undefined) return 'its sizes are unknown';
  if (steps > longestSequence) return `it runs over ${steps} steps, more than the limit of ${longestSequence}`;
  if (lengths && !numbers(lengths)?.every((length) => length === steps)) return 'its sequences have different lengths';
  const other = ['clip', 'input_forget', 'layout'].find((name) => isSet(node, name));
  if (other !== undefined) return `its attribute ${other} is set`;
  const named = node.attributes.activations;
  const direction = stringAttribute(node, 'direction', 'forward');
  const directions = direction === 'bidirectional' ? (['forward', 'reverse'] as const) : [direction as 'forward'];
  const count = cell.functions.length;
  const chosen = directions.map((_, d) =>
    named?.kind === 'strings' ? named.value.slice(d * count, (d + 1) * count) : cell.functions,
  );
  const unknown = chosen.flat().find((name) => !functions.has(name));
  if (unknown !== undefined) return `the derivative of its function ${unknown} is not implemented`;
  return { cell, steps, hidden, directions, functions: chosen };
}

function isSet(node: Node, name: string): boolean {
  const attribute = node.attributes[name];
  return attribute !== undefined && 'value' in attribute && attribute.value !== 0;
}

/** @param node X, W, R, B, lengths, initial states and, for LSTM, peepholes; gives Y, Y_h and, for LSTM, Y_c. */
function unroll(node: Node, { cell, steps, hidden, directions, functions }: Layer, build: GraphBuilder): void {
  const [x = '', w = '', r = '', b = '', , h0 = '', c0 = '', p = ''] = node.inputs;
  const zero = build.floats(new Float32Array(hidden), [1, hidden]);
  const ofDirection = (value: string, d: number) =>
    value === '' ? '' : build.squeeze(build.slice(value, [d], [d + 1], [0]), [0]);
  const runs = directions.map((direction, d) => {
    const [weights, bias] = [ofDirection(w, d), ofDirection(b, d)];
    const step = cell.step({
      recurrent: build.transpose(ofDirection(r, d), [1, 0]),
      bias,
      peepholes: ofDirection(p, d),
      functions: functions[d] as readonly string[],
      resetsAfter: intAttribute(node, 'linear_before_reset', 0) !== 0,
      hidden,
      build,
    });
    // The input's contribution to the gates is computed for all steps at once.
    const product = build.op('MatMul', [x, build.transpose(weights, [1, 0])]);
    const gates = bias === '' ? product : build.add(product, cell.inputBias(bias, hidden, build));
    const ones = build.ints(Array.from({ length: steps }, () => 1));
    const pieces = steps === 1 ? [gates] : build.ops('Split', [gates, ones], { axis: 0 }, steps);
    const order = pieces.map((_, i) => (direction === 'reverse' ? steps - 1 - i : i));
    const states: string[] = [];
    let state = { h: ofDirection(h0, d) || zero, c: ofDirection(c0, d) || zero };
    for (const t of order) {
      state = step(build.squeeze(pieces[t] as string, [0]), state);
      states[t] = state.h;
    }
    return { states, last: state };
  });
  const [y = '', yh = '', yc = ''] = node.outputs;
  const stacked = (values: readonly string[], axis: number) => {
    const rows = values.map((value) => build.unsqueeze(value, [axis]));
    return rows.length === 1 ? (rows[0] as string) : build.op('Concat', rows, { axis });
  };
  const results: Record<string, () => string> = {
    [y]: () =>
      stacked(
        runs.map(({ states }) => stacked(states, 0)),
        1,
      ),
    [yh]: () =>
      stacked(
        runs.map(({ last }) => last.h),
        0,
      ),
    [yc]: () =>
      stacked(
        runs.map(({ last }) => last.c),
        0,
      ),
  };
  for (const [name, result] of Object.entries(results)) {
    if (name === '') continue;
    build.nodes.push({ operator: 'Identity', domain: '', inputs: [result()], outputs: [name], attributes: {} });
  }
}
