import { TooLittleMemory } from '../../../data/memory.ts';
import type { Runtime, RuntimeTensor } from '../session/session.ts';
import { dependents } from './dependents.ts';
import { isDrawing } from './drawing.ts';
import { type Constant, type ElementType, elementCount, type Graph, type Model } from './graph.ts';
import { sequencesIn } from './sequences.ts';
import { takeBranches } from './takeBranches.ts';
import { unrollRecurrent } from './unrollRecurrent.ts';

/** What is known about a graph once the shape of its input is fixed. */
export interface Inspection {
  /** Dimensions of every value. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** The model with all small values that do not depend on the image as constants. */
  readonly model: Model;
  /** What the model answers to black images; missing if its graph has been changed since. */
  readonly output?: RuntimeTensor;
}

/** Constants with more elements are weights, and what is computed from them stays in the graph. */
const smallConstant = 4096;
/** Values computed from small ones, such as masks, may be larger, but not without limit. */
const largestKnown = 2 ** 22;

/**
 * Finds the shapes of all values, and the values that do not depend on the image (axes, target shapes of Reshape), by
 * asking ONNX Runtime: it runs the graph once with their shapes as outputs.
 * @param dims shape of the input.
 * @throws UserError when the computation takes too much memory.
 * @throws Error of ONNX Runtime when the graph cannot run.
 */
export async function inspect(model: Model, dims: readonly number[], runtime: Runtime): Promise<Inspection> {
  const { graph } = model;
  const [input] = graph.inputs;
  if (input === undefined || graph.inputs.length !== 1) throw new Error('the graph does not have one input');
  const sequences = sequencesIn(graph);
  const values = graph.nodes.flatMap(({ outputs }) => outputs.filter((name) => name !== '' && !sequences.has(name)));
  const independents = smallIndependents(graph, input.name).filter((name) => !sequences.has(name));
  const shapeNames = values.map((_, index) => `perturb-shape/${index}`);
  const probe: Model = {
    ...model,
    graph: {
      ...graph,
      inputs: [{ ...input, dims }],
      nodes: [
        ...graph.nodes,
        ...values.map((value, index) => ({
          operator: 'Shape',
          domain: '',
          inputs: [value],
          outputs: [shapeNames[index] as string],
          attributes: {},
        })),
      ],
      outputs: [...shapeNames.map((name) => ({ name, type: 'int64' as const })), ...values.map((name) => ({ name }))],
    },
  };
  const session = await runtime.open(probe, { optimize: false });
  try {
    const sizes = new Map([[input.name, dims], ...session.sizes]);
    refuseHuge(sizes, runtime.memory);
    const known = independents.filter((name) => elementCount(sizes.get(name) ?? []) <= largestKnown);
    const zeros = { type: 'float32' as const, dims, data: new Float32Array(elementCount(dims)) };
    const [scores] = graph.outputs.map(({ name }) => name).filter((name) => values.includes(name));
    const asked = new Set([...shapeNames, ...known, ...(scores === undefined ? [] : [scores])]);
    const results = await session.run({ [input.name]: zeros }, [...asked]);
    const output = scores === undefined ? undefined : results[scores];
    const shapes = new Map<string, readonly number[]>([[input.name, dims]]);
    for (const [index, value] of values.entries()) {
      const shape = results[shapeNames[index] as string] as RuntimeTensor;
      shapes.set(value, Array.from(shape.data as BigInt64Array, Number));
    }
    const folded = withConstants(model, new Map(known.map((name) => [name, constantOf(results[name])])));
    const branched = takeBranches(folded.graph);
    const written = unrollRecurrent(branched, input.name, shapes, model.opsets.get('') ?? 0);
    // The shapes inside a branch or a recurrent layer are visible only once its nodes are in the graph.
    return written === folded.graph
      ? { shapes, model: folded, ...(output && { output }) }
      : await inspect({ ...folded, graph: written }, dims, runtime);
  } finally {
    await session.close();
  }
}

/** @throws UserError when the values between image and logits exceed the memory limit. */
function refuseHuge(sizes: ReadonlyMap<string, readonly number[]>, memory: number): void {
  const bytesOfFloat = 4;
  const bytes = bytesOfFloat * [...sizes.values()].reduce((sum, dims) => sum + elementCount(dims), 0);
  if (bytes > memory) {
    throw new TooLittleMemory('What the model computes takes', bytes, memory);
  }
}

/** Values that are computed from shapes and small constants only. */
function smallIndependents(graph: Graph, input: string): string[] {
  const excluded = dependents(graph, input);
  for (const [name, { dims }] of graph.constants) if (elementCount(dims) > smallConstant) excluded.add(name);
  const found: string[] = [];
  for (const node of graph.nodes) {
    const { operator, inputs, outputs, attributes } = node;
    const fromShape = operator === 'Shape' || operator === 'Size';
    const hasGraph = Object.values(attributes).some(({ kind }) => kind === 'graph');
    // Numbers that are drawn anew in each run are no constants.
    if (hasGraph || isDrawing(node) || (!fromShape && inputs.some((value) => excluded.has(value)))) {
      for (const output of outputs) excluded.add(output);
    } else found.push(...outputs.filter((output) => output !== ''));
  }
  return found;
}

function withConstants(model: Model, known: ReadonlyMap<string, Constant>): Model {
  const { graph } = model;
  const isKnown = (outputs: readonly string[]) => outputs.every((output) => output === '' || known.has(output));
  return {
    ...model,
    graph: {
      ...graph,
      nodes: graph.nodes.filter(({ outputs }) => !isKnown(outputs)),
      constants: new Map([...graph.constants, ...known]),
    },
  };
}

function constantOf(tensor: RuntimeTensor | undefined): Constant {
  if (tensor === undefined) throw new Error('ONNX Runtime left out a value that was asked for');
  const { data } = tensor;
  return {
    type: tensor.type as ElementType,
    dims: tensor.dims,
    data: new Uint8Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength) as ArrayBuffer),
  };
}
