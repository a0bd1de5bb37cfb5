import { valuesReadBy } from '../graph/dependents.ts';
import { elementCount, type Graph, type Model, type Node, type Value } from '../graph/graph.ts';
import { freePrefix, GraphBuilder } from '../graph/graphBuilder.ts';
import type { Inspection } from '../graph/inspect.ts';
import { deriveGradient } from './derive.ts';
import { appendSeeds, type SeedInput, type SeedKind, seedInputs } from './seeds.ts';

/** Which gradients a model should give. */
export interface GradientRequest {
  readonly kinds: readonly SeedKind[];
  /** Values inside the graph that functionals weigh. */
  readonly activations: readonly string[];
  /** Several functionals per image, from one forward pass; then every seed has a leading axis of any size. */
  readonly several: boolean;
}

/** Name of the input that holds the weights of an activation. */
export function activationSeed(activation: string): string {
  return `perturb-seed/activation/${activation}`;
}

/**
 * A model that gives its logits and, from the same run, the gradient of functionals with respect to the images.
 * Outputs: the logits, the gradient (named by the result), then the activations asked for.
 * @param inspection of the model at the batch size that it will run at.
 * @throws UnderivableGradient if an operator has no rule.
 */
export function gradientModel(
  { model, shapes }: Inspection,
  { kinds, activations, several }: GradientRequest,
): { readonly model: Model; readonly gradient: string } {
  const { graph, opsets } = model;
  const [input] = graph.inputs as [Value];
  const [output] = graph.outputs as [Value];
  const build = new GraphBuilder(opsets.get('') as number, freePrefix(graph, 'gradient'));
  const shapeOf = (value: string) => shapes.get(value) as readonly number[];
  const batch = shapeOf(input.name)[0] as number;
  const logitsShape = shapeOf(output.name);
  const classes = elementCount(logitsShape) / batch;

  const entries = activations.map((value) => ({ value, gradient: activationSeed(value) }));
  const seeds: SeedInput[] = activations.map((value) => ({
    name: activationSeed(value),
    type: 'float32',
    dims: shapeOf(value),
  }));
  if (kinds.length > 0) {
    seeds.push(...seedInputs(kinds, batch, classes));
    const isMatrix = logitsShape.length === 2 && logitsShape[0] === batch;
    const matrix = isMatrix ? output.name : build.reshape(output.name, [batch, classes]);
    const seed = appendSeeds(kinds, matrix, [batch, classes], build);
    entries.push({ value: output.name, gradient: isMatrix ? seed : build.reshape(seed, logitsShape) });
  }
  const { gradient: found, nodes } = deriveGradient(graph, input.name, entries, { model, shapes }, build);
  const gradient = found ?? zeros(shapeOf(input.name), build);
  const derived = several
    ? overSeveral(build, seeds, { name: gradient, dims: shapeOf(input.name) })
    : { nodes: build.nodes, gradient };
  const sizes = several ? ['functionals' as const] : [];
  return {
    gradient: derived.gradient,
    model: {
      ...model,
      graph: {
        inputs: [
          { ...input, dims: shapeOf(input.name) },
          ...seeds.map(({ name, type, dims }) => ({ name, type, dims: [...sizes, ...dims] })),
        ],
        outputs: [output, { name: derived.gradient, type: 'float32' }, ...activations.map((name) => ({ name }))],
        nodes: [...nodes, ...derived.nodes],
        constants: new Map([...graph.constants, ...build.constants]),
      },
    },
  };
}

function zeros(dims: readonly number[], build: GraphBuilder): string {
  return build.op('Expand', [build.floats(0), build.ints(dims)]);
}

/** Puts what depends on the seeds into a Scan over them; the rest, such as masks, is computed once. */
function overSeveral(
  build: GraphBuilder,
  seeds: readonly SeedInput[],
  result: Value,
): { nodes: Node[]; gradient: string } {
  const inside = new Set(seeds.map(({ name }) => name));
  const once: Node[] = [];
  const repeated: Node[] = [];
  for (const node of build.nodes) {
    const isInside = valuesReadBy(node).some((value) => inside.has(value));
    (isInside ? repeated : once).push(node);
    if (isInside) for (const output of node.outputs) inside.add(output);
  }
  const slice = (name: string) => `${name}/one`;
  const rename = (name: string) => (seeds.some((seed) => seed.name === name) ? slice(name) : name);
  // A graph must create its outputs itself, even if it passes on its inputs.
  const last = build.name('last');
  const gradients = build.name('gradients');
  const body: Graph = {
    inputs: seeds.map(({ name, dims }) => ({ name: slice(name), type: 'float32', dims })),
    outputs: [{ ...result, name: last, type: 'float32' }],
    nodes: [
      ...repeated.map((node) => ({ ...node, inputs: node.inputs.map(rename) })),
      { operator: 'Identity', domain: '', inputs: [rename(result.name)], outputs: [last], attributes: {} },
    ],
    constants: new Map(),
  };
  const scan: Node = {
    operator: 'Scan',
    domain: '',
    inputs: seeds.map(({ name }) => name),
    outputs: [gradients],
    attributes: {
      body: { kind: 'graph', value: body },
      num_scan_inputs: { kind: 'int', value: seeds.length },
    },
  };
  return { nodes: [...once, scan], gradient: gradients };
}
