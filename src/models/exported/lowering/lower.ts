import { UserError } from '../../../userError.ts';
import { CannotLower } from '../../cannotLower.ts';
import type { Constant, Graph, Model, Node } from '../../onnx/graph/graph.ts';
import { GraphBuilder } from '../../onnx/graph/graphBuilder.ts';
import { isTensor, type Program, type ProgramNode } from '../program.ts';
import { Call, type Rule, type Surroundings } from './call.ts';
import { rules } from './rules.ts';
import { Tensors } from './tensors.ts';
import { views } from './views.ts';

/** Version of the standard's operators that the graph uses. */
const opset = 18;

/**
 * Writes an exported program as an ONNX graph, whose values have the names that they have in the program. Sizes that the
 * program leaves open stay open.
 * @param constant the numbers of a weight, buffer or constant.
 * @param folder with all files of constants.
 * @throws UserError naming every operator that has no counterpart.
 */
export async function lower(
  program: Program,
  constant: (stored: string) => Promise<Constant>,
  folder: string,
): Promise<Model> {
  const nodes = neededNodes(program);
  refuseUnknown(nodes);
  const build = new GraphBuilder(opset, 'onnx/');
  const tensors = new Tensors(program, build);
  const constants = new Map<string, Constant>();
  const used = namesIn(nodes, program);
  for (const { name, stored } of program.inputs) {
    if (stored === undefined || used.has(name)) tensors.define(name, name);
    if (stored !== undefined && used.has(name)) constants.set(name, await constant(stored));
  }
  for (const node of nodes) lowerNode(node, tensors, build);
  const inputs = program.inputs.filter(({ stored }) => stored === undefined);
  const nameOf = (value: string) => tensors.names.get(value) ?? value;
  const results = new Map(
    program.outputs.map((name) => {
      const { value, type, dims } = wordsFor(`its output "${name}"`, () => tensors.tensor(name));
      return [value, { name: nameOf(value), type, dims }];
    }),
  );
  const graph: Graph = {
    inputs: inputs.map(({ name }) => ({ name, ...wordsFor(`its input "${name}"`, () => tensors.known(name)) })),
    outputs: [...results.values()],
    nodes: build.nodes.map((node) => renamed(node, nameOf)),
    constants: new Map([...constants, ...build.constants]),
  };
  return {
    graph,
    opsets: new Map([['', opset]]),
    metadata: new Map(),
    folder,
  };
}

/** "aten.relu" and "Tensor" of "torch.ops.aten.relu_.Tensor". */
function operatorOf({ target }: ProgramNode): { readonly name: string; readonly isInPlace: boolean } {
  const [, name = target] = /^torch\.ops\.aten\.([^.]+)(?:\.[^.]+)?$/.exec(target) ?? [];
  const isInPlace = /[^_]_$/.test(name);
  return { name: isInPlace ? name.slice(0, -1) : name, isInPlace };
}

function ruleOf(node: ProgramNode): Rule | undefined {
  const { name } = operatorOf(node);
  return Object.hasOwn(rules, name) ? rules[name] : undefined;
}

/** Nodes without a use, such as assertions and arithmetic of sizes, are left out; those that write stay. */
function neededNodes({ nodes, outputs }: Program): ProgramNode[] {
  const needed = new Set(outputs);
  const kept = [...nodes].reverse().filter((node) => {
    const isUsed = node.outputs.some((name) => name !== undefined && needed.has(name));
    if (!isUsed && !operatorOf(node).isInPlace) return false;
    for (const name of tensorsOf(node)) needed.add(name);
    return true;
  });
  return kept.reverse();
}

function tensorsOf({ args }: ProgramNode): string[] {
  return [...args.values()].flatMap((argument) =>
    (Array.isArray(argument) ? argument : [argument]).flatMap((each) => (isTensor(each) ? [each.tensor] : [])),
  );
}

function namesIn(nodes: readonly ProgramNode[], { outputs }: Program): Set<string> {
  return new Set([...outputs, ...nodes.flatMap(tensorsOf)]);
}

function refuseUnknown(nodes: readonly ProgramNode[]): void {
  const unknown = new Set(nodes.filter((node) => ruleOf(node) === undefined).map(({ target }) => target));
  if (unknown.size === 0) return;
  const names = [...unknown].map((target) => target.replace(/^torch\.ops\./, '')).join(', ');
  throw new UserError(
    `The program uses operators that Perturb cannot write as ONNX: ${names}. Call program.run_decompositions() before you save it, or export the model with torch.onnx.export(…, dynamo=True).`,
  );
}

function lowerNode(node: ProgramNode, tensors: Tensors, build: GraphBuilder): void {
  const { name, isInPlace } = operatorOf(node);
  const names = node.outputs.filter((output) => output !== undefined);
  const target = node.target.replace(/^torch\.ops\./, '');
  wordsFor(`${target} "${names[0] ?? ''}"`, () => {
    const around: Surroundings = { build, tensor: (of) => tensors.tensor(of), size: (dim) => tensors.size(dim) };
    const call = new Call(
      node.args,
      names.map((output) => tensors.known(output)),
      around,
    );
    const values = [(ruleOf(node) as Rule)(call)].flat();
    const [base] = tensorsOf(node);
    if (isInPlace && base !== undefined) {
      tensors.write(base, values[0] as string);
      for (const output of names) tensors.view(output, base, values[0] as string, (_, written) => written);
      return;
    }
    for (const [index, output] of names.entries()) {
      const value = values[index];
      // What a rule does not give, such as the statistics of a normalization, nobody needs at inference.
      if (value === undefined) continue;
      if (!views.has(name) || base === undefined) {
        tensors.define(output, value);
        continue;
      }
      const back = views.get(name);
      tensors.view(output, base, value, back && ((x, written) => back(call, x, written)));
    }
  });
}

/** What `lowering` gives. @throws UserError naming what cannot be lowered. */
function wordsFor<T>(what: string, lowering: () => T): T {
  try {
    return lowering();
  } catch (error) {
    if (!(error instanceof CannotLower)) throw error;
    throw new UserError(`${what} cannot be written as ONNX: ${error.message}.`, { cause: error });
  }
}

/** A node with other names of its values. */
function renamed(node: Node, nameOf: (value: string) => string): Node {
  return { ...node, inputs: node.inputs.map(nameOf), outputs: node.outputs.map(nameOf) };
}
