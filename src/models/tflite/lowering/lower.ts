import path from 'node:path';
import { UserError } from '../../../userError.ts';
import { CannotLower } from '../../cannotLower.ts';
import type { Constant, Graph, Model, Node, Value } from '../../onnx/graph/graph.ts';
import { withoutUnused } from '../../onnx/graph/scores.ts';
import { LayoutBuilder } from '../../tfjs/lowering/layoutBuilder.ts';
import type { Operator, Program, TensorInfo } from '../schema.ts';
import { withActivation } from './activation.ts';
import { Call, type Rule } from './call.ts';
import { folded } from './folding.ts';
import { notesOn } from './notes.ts';
import { rules } from './rules.ts';
import { Values } from './values.ts';

/** Version of the standard's operators that the graph uses. */
const opset = 18;

const recipe = 'Open the model that it was converted from, such as a .keras, .pt2, or .onnx file.';

/** A model as a graph. */
export interface LoweredModel {
  readonly model: Omit<Model, 'metadata'>;
  /** What was decided for it, in a few words each. */
  readonly notes: readonly string[];
}

/**
 * Writes a TensorFlow Lite model as an ONNX graph, whose values have the names that they have in the file. Inputs and
 * outputs that the file quantizes are float32: the numbers that they stand for.
 * @param constant the numbers of a tensor in the file.
 * @throws UserError naming every operator that has no counterpart.
 */
export async function lower(
  file: string,
  program: Program,
  constant: (tensor: TensorInfo) => Promise<Constant>,
): Promise<LoweredModel> {
  const operators = neededOperators(program);
  refuseUnknown(file, operators);
  const names = namesOf(program);
  const build = new LayoutBuilder(opset, prefixBeside(names));
  const values = new Values(program, await storedOf(operators, program, constant), build);
  const results = [...new Set(program.outputs)];
  const inputs = [...new Set(program.inputs)].map((index) =>
    explained(file, program, index, () => values.enter(index, nameAt(index))),
  );
  for (const operator of operators) lowerOperator(file, program, operator, values);
  const outputs = results.map((index) => explained(file, program, index, () => values.leave(index)));

  const renames = new Map(outputs.map((value, place) => [value, nameAt(results[place] as number)]));
  const given = new Set([...inputs.map(({ name }) => name), ...build.constants.keys(), ...renames.values()]);
  for (const index of operators.flatMap((operator) => operator.outputs)) {
    const value = values.computed(index)?.value;
    if (value === undefined || renames.has(value) || given.has(value) || given.has(nameAt(index))) continue;
    renames.set(value, nameAt(index));
    given.add(nameAt(index));
  }
  const nameOf = (value: string) => renames.get(value) ?? value;
  const graph: Graph = {
    inputs,
    outputs: outputs.map((value, place): Value => {
      const { type, dims } = values.tensor(results[place] as number);
      return { name: nameOf(value), type, dims };
    }),
    nodes: build.nodes.map((node) => renamed(node, nameOf)),
    constants: build.constants,
  };
  return {
    model: { graph: withoutUnused(graph), opsets: new Map([['', opset]]), folder: path.dirname(file) },
    notes: notesOn(operators, program),
  };

  function nameAt(index: number): string {
    return names[index] as string;
  }
}

function ruleOf({ name }: Operator): Rule | undefined {
  return Object.hasOwn(rules, name) ? rules[name] : undefined;
}

/** Those that the outputs depend on. */
function neededOperators({ operators, outputs }: Program): Operator[] {
  const needed = new Set(outputs);
  const kept = [...operators].reverse().filter((operator) => {
    if (!operator.outputs.some((index) => needed.has(index))) return false;
    for (const index of operator.inputs) needed.add(index);
    return true;
  });
  return kept.reverse();
}

function refuseUnknown(file: string, operators: readonly Operator[]): void {
  const unknown = new Set(operators.filter((operator) => ruleOf(operator) === undefined).map(({ name }) => name));
  if (unknown.size === 0) return;
  throw new UserError(
    `${file}: the model uses operators of TensorFlow Lite that Perturb cannot write as ONNX: ${[...unknown].join(', ')}. ${recipe}`,
  );
}

/** A name for each tensor; those that have none, or one that others have, are numbered. */
function namesOf({ tensors }: Program): readonly string[] {
  const used = new Set<string>();
  return tensors.map(({ name }, index) => {
    const own = name === '' || used.has(name) ? `${name || 'tensor'}#${index}` : name;
    used.add(own);
    return own;
  });
}

/** A prefix that no name starts with. */
function prefixBeside(names: readonly string[]): string {
  let prefix = 'onnx/';
  while (names.some((name) => name.startsWith(prefix))) prefix = `_${prefix}`;
  return prefix;
}

/** The numbers of the tensors that the file has, by their indices. */
async function storedOf(
  operators: readonly Operator[],
  { tensors, outputs }: Program,
  constant: (tensor: TensorInfo) => Promise<Constant>,
): Promise<Map<number, Constant>> {
  const used = new Set([...operators.flatMap(({ inputs }) => inputs), ...outputs]);
  const stored = new Map<number, Constant>();
  for (const index of used) {
    const info = tensors[index];
    if (info?.stored) stored.set(index, await constant(info));
  }
  return stored;
}

function lowerOperator(file: string, program: Program, operator: Operator, values: Values): void {
  explained(
    file,
    program,
    operator.outputs[0],
    () => {
      const call = new Call(operator, values);
      const given = [folded(call, operator.name) ?? (ruleOf(operator) as Rule)(call)].flat();
      for (const [place, index] of operator.outputs.entries()) {
        const result = given[place];
        if (result === undefined) throw new CannotLower('it gives more than it should');
        values.define(index, withActivation(call, result));
      }
    },
    operator.name,
  );
}

/** @throws UserError saying which operator or tensor cannot be written, and why. */
function explained<T>(
  file: string,
  { tensors }: Program,
  index: number | undefined,
  write: () => T,
  what = 'the tensor',
): T {
  try {
    return write();
  } catch (error) {
    // A RangeError is one of reading options.
    if (!(error instanceof CannotLower || error instanceof RangeError)) throw error;
    const { name = '' } = tensors[index ?? -1] ?? {};
    throw new UserError(`${file}: ${what} "${name}" cannot be written as ONNX: ${error.message}. ${recipe}`, {
      cause: error,
    });
  }
}

/** A node with other names of its values. */
function renamed(node: Node, nameOf: (value: string) => string): Node {
  return { ...node, inputs: node.inputs.map(nameOf), outputs: node.outputs.map(nameOf) };
}
