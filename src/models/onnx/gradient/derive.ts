import { dependents } from '../graph/dependents.ts';
import { type Constant, type Graph, type Node, numbersOf } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graphBuilder.ts';
import type { Inspection } from '../graph/inspect.ts';
import { flat, NotDifferentiable } from './rule.ts';
import { rules } from './rules.ts';

/** Why operators without a rule have none. */
const reasons: readonly (readonly [names: RegExp, reason: string])[] = [
  [/quantize|QLinear|Integer$/i, 'it computes in 8 bits'],
  [/TreeEnsemble/, 'its outputs are step functions, since it uses decision trees'],
  [/^(Random|Bernoulli|Multinomial)/, 'it draws random numbers'],
  [/./, 'its derivative is not implemented'],
];

/** A gradient that enters the backward pass: a value of the graph, and the value that holds its gradient. */
export interface Entry {
  readonly value: string;
  readonly gradient: string;
}

/** A node that prevents the gradient from being derived, and why. */
export interface Obstacle {
  readonly operator: string;
  /** The node's first output: it identifies nodes, since many files omit node names. */
  readonly value: string;
  readonly reason: string;
}

/** Thrown when the gradient cannot be derived. */
export class UnderivableGradient extends Error {
  override name = 'UnderivableGradient';
  readonly obstacles: readonly Obstacle[];

  constructor(obstacles: readonly Obstacle[]) {
    // Of otherwise equal nodes, the first in the graph.
    const first = new Map(obstacles.map((each) => [`${each.operator} ${each.reason}`, each]));
    super([...first.values()].map(({ operator, value, reason }) => `${operator} "${value}" (${reason})`).join(', '));
    this.obstacles = obstacles;
  }
}

/**
 * Reverse-mode differentiation of a graph: appends to `build` the nodes that compute the gradient of
 * Σ ⟨entry.gradient, entry.value⟩ with respect to `input` (Griewank & Walther 2008, ch. 3.2).
 * @returns the name of the gradient, of the input's shape (undefined when no entry depends on the input), and the nodes of
 * the graph, some of which may now give an optional output.
 * @throws UnderivableGradient naming every operator on the way that has no rule.
 */
export function deriveGradient(
  graph: Graph,
  input: string,
  entries: readonly Entry[],
  { shapes }: Inspection,
  build: GraphBuilder,
): { readonly gradient: string | undefined; readonly nodes: readonly Node[] } {
  // Beyond a flat operator there is nothing to differentiate, even if values still depend on the image.
  const dependent = dependents(graph, input, (node) => rules[nameOf(node)] !== flat);
  const gradients = new Map<string, string>();
  const obstacles: Obstacle[] = [];
  const nodes = [...graph.nodes];
  const accumulate = (value: string, gradient: string) => {
    const before = gradients.get(value);
    gradients.set(value, before === undefined ? gradient : build.add(before, gradient));
  };
  for (const { value, gradient } of entries) if (dependent.has(value)) accumulate(value, gradient);
  for (let index = nodes.length - 1; index >= 0; index--) {
    const node = nodes[index] as Node;
    const outputGradients = node.outputs.map((output) => gradients.get(output));
    if (outputGradients.every((gradient) => gradient === undefined)) continue;
    const name = nameOf(node);
    const rule = rules[name];
    if (rule === undefined) {
      const [, reason] = reasons.find(([names]) => names.test(name)) as (typeof reasons)[number];
      obstacles.push({ operator: name, value: node.outputs[0] ?? '', reason });
      continue;
    }
    try {
      const { inputs, outputs } = node;
      const constant = (value: string): Constant | undefined =>
        graph.constants.get(value) ?? build.constants.get(value);
      const parts = rule({
        node,
        inputs,
        outputs,
        outputGradients,
        dy: (outputGradients[0] ?? '') as string,
        wanted: inputs.map((value) => dependent.has(value)),
        build,
        shape: (value) => shapeOf(value, shapes, graph),
        constant,
        also: (output) => {
          const amended = withOutput(nodes[index] as Node, output, build);
          nodes[index] = amended;
          return amended.outputs[output] as string;
        },
        numbers: (value) => {
          const known = value ? constant(value) : undefined;
          return known?.data instanceof Uint8Array ? numbersOf(known) : undefined;
        },
      });
      for (const [i, part] of parts.entries()) {
        const value = inputs[i];
        if (part !== undefined && value && dependent.has(value)) accumulate(value, part);
      }
    } catch (error) {
      if (!(error instanceof NotDifferentiable)) throw error;
      obstacles.push({ operator: name, value: node.outputs[0] ?? '', reason: error.message });
    }
  }
  if (obstacles.length > 0) throw new UnderivableGradient(obstacles);
  return { gradient: gradients.get(input), nodes };
}

function nameOf({ domain, operator }: Node): string {
  return domain === '' ? operator : `${domain}.${operator}`;
}

function withOutput(node: Node, output: number, build: GraphBuilder): Node {
  const outputs = [...node.outputs];
  while (outputs.length <= output) outputs.push('');
  outputs[output] ||= build.name(node.operator);
  return { ...node, outputs };
}

function shapeOf(value: string, shapes: ReadonlyMap<string, readonly number[]>, graph: Graph): readonly number[] {
  const shape = shapes.get(value) ?? graph.constants.get(value)?.dims;
  if (shape === undefined) throw new NotDifferentiable(`the shape of its value "${value}" is unknown`);
  return shape;
}
