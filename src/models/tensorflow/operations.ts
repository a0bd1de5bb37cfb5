import { UserError } from '../../userError.ts';
import type { Attribute, FunctionDef, GraphDef, NodeDef } from './graphDef.ts';

/** One of the tensors that an operation gives. */
export interface Reference {
  readonly operation: Operation;
  readonly output: number;
}

/** An operation of a graph without calls of functions. */
export interface Operation {
  readonly name: string;
  readonly operator: string;
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly inputs: readonly Reference[];
}

/** The operators that run a function once. */
const calls = new Set(['PartitionedCall', 'StatefulPartitionedCall', 'RemoteCall']);
/** Functions call each other so deep at most, and have so many operations if they are written out. */
const deepest = 100;
const mostOperations = 200_000;

/** The names of outputs where there are several; those of one list are only numbered. */
const outputNames: Readonly<Record<string, readonly string[]>> = {
  Switch: ['output_false', 'output_true'],
  Merge: ['output', 'value_index'],
  TopKV2: ['values', 'indices'],
  MaxPoolWithArgmax: ['output', 'argmax'],
  Unique: ['y', 'idx'],
  ...Object.fromEntries(
    ['FusedBatchNorm', 'FusedBatchNormV2', 'FusedBatchNormV3', '_FusedBatchNormEx'].map((operator) => [
      operator,
      ['y', 'batch_mean', 'batch_variance', 'reserve_space_1', 'reserve_space_2', 'reserve_space_3'],
    ]),
  ),
};

/** What a graph computes for some of its tensors. */
export interface Computation {
  /** In an order in which they can run. */
  readonly operations: readonly Operation[];
  readonly results: readonly Reference[];
}

/**
 * The operations that some tensors need, with functions written out where they are called.
 * @param wanted references to tensors, such as "logits" or "call:1".
 * @param options.all also those that are run only for what they do, such as assignments.
 * @throws UserError when something is missing, or the graph or its functions go round in a circle.
 */
export function operationsFor(
  { nodes, functions }: GraphDef,
  wanted: readonly string[],
  options: { readonly all?: boolean } = {},
): Computation {
  const writer = new Writer(functions, options.all ?? false);
  const results = writer.write(nodes, new Map(), wanted, []);
  return { operations: writer.operations, results };
}

/** The tensors that an operation or a call gives, by their number. */
type Outputs = (output: number) => Reference | undefined;

class Writer {
  readonly operations: Operation[] = [];
  readonly #functions: ReadonlyMap<string, FunctionDef>;
  readonly #all: boolean;
  readonly #byName = new WeakMap<readonly NodeDef[], ReadonlyMap<string, NodeDef>>();
  #count = 0;

  constructor(functions: ReadonlyMap<string, FunctionDef>, all: boolean) {
    this.#functions = functions;
    this.#all = all;
  }

  /**
   * Writes the operations of a graph, or of the body of a function.
   * @param given the arguments of the function.
   * @param callers the functions around it.
   */
  write(
    nodes: readonly NodeDef[],
    given: ReadonlyMap<string, Reference>,
    wanted: readonly string[],
    callers: readonly string[],
  ): Reference[] {
    const byName = this.#named(nodes);
    const written = new Map<string, Outputs>();
    const resolve = (reference: string) => {
      const { name, output } = parsed(reference, byName.get(nameIn(reference))?.operator);
      const found = given.get(name) ?? written.get(name)?.(output);
      if (found === undefined) throw damaged(`its tensor "${reference}" is missing`);
      return found;
    };
    const targets = this.#all && callers.length > 0 ? [...wanted, ...byName.keys()] : wanted;
    for (const node of this.#sorted(byName, given, targets)) {
      const inputs = node.inputs.filter((input) => !input.startsWith('^')).map(resolve);
      written.set(node.name, this.#operation(node, inputs, callers));
    }
    return wanted.filter((reference) => !this.#all || written.has(nameIn(reference))).map(resolve);
  }

  /** The nodes by their names; once for a function, however often it is called. */
  #named(nodes: readonly NodeDef[]): ReadonlyMap<string, NodeDef> {
    const known = this.#byName.get(nodes) ?? new Map(nodes.map((node) => [node.name, node]));
    this.#byName.set(nodes, known);
    return known;
  }

  #operation(node: NodeDef, inputs: readonly Reference[], callers: readonly string[]): Outputs {
    // Calls count as well: functions that only call others double their number at each step.
    if (++this.#count > mostOperations) {
      throw new UserError(`The model has more than ${mostOperations} operations with its functions written out.`);
    }
    const { name, operator, attributes } = node;
    const called = attributes.get('f');
    if (calls.has(operator) && called?.kind === 'function') {
      const results = this.#call(called.value, inputs, callers);
      return (output) => results[output];
    }
    const operation = { name, operator, attributes, inputs };
    this.operations.push(operation);
    return (output) => ({ operation, output });
  }

  #call(name: string, inputs: readonly Reference[], callers: readonly string[]): readonly Reference[] {
    const body = this.#functions.get(name);
    if (body === undefined) throw damaged(`its function "${name}" is missing`);
    if (callers.includes(name) || callers.length >= deepest) {
      throw new UserError(
        `The function "${name}" of the model calls itself, or functions are nested too deep. Export the model for inference without such functions.`,
      );
    }
    if (body.inputs.length !== inputs.length) {
      throw damaged(`its function "${name}" takes ${body.inputs.length} arguments, and is given ${inputs.length}`);
    }
    const given = new Map(body.inputs.map((argument, index) => [argument, inputs[index] as Reference]));
    return this.write(body.nodes, given, body.outputs, [...callers, name]);
  }

  /** The nodes that are needed, each after those that it needs itself. */
  #sorted(
    byName: ReadonlyMap<string, NodeDef>,
    given: ReadonlyMap<string, Reference>,
    wanted: readonly string[],
  ): NodeDef[] {
    const sorted: NodeDef[] = [];
    const states = new Map<string, 'open' | 'done'>();
    // Not by recursion: graphs are thousands of nodes deep.
    const stack = wanted.map(nameIn).reverse();
    while (stack.length > 0) {
      const name = stack.at(-1) as string;
      const node = byName.get(name);
      if (states.get(name) === 'done' || (node === undefined && given.has(name))) {
        stack.pop();
        continue;
      }
      if (node === undefined) throw damaged(`its node "${name}" is missing`);
      if (states.get(name) === 'open') {
        states.set(name, 'done');
        sorted.push(node);
        stack.pop();
        continue;
      }
      states.set(name, 'open');
      for (const input of node.inputs) {
        if (input.startsWith('^') && !this.#all) continue;
        const before = nameIn(input);
        if (states.get(before) === 'open') {
          throw new UserError(
            `The model has a loop at its node "${before}" (${byName.get(before)?.operator}). Perturb opens classifiers without loops; export the model without them, or damage is the cause: copy it again.`,
          );
        }
        if (states.get(before) === undefined) stack.push(before);
      }
    }
    return sorted;
  }
}

/** "split" of "split:1", "split:output:1" and "^split". */
function nameIn(reference: string): string {
  return reference.replace(/^\^/, '').split(':', 1)[0] as string;
}

function parsed(reference: string, operator = ''): { readonly name: string; readonly output: number } {
  const [name = '', ...rest] = reference.split(':');
  const index = Number(rest.at(-1) ?? 0);
  if (!Number.isSafeInteger(index) || index < 0) throw damaged(`its reference "${reference}" is none`);
  const [output = ''] = rest;
  const position = rest.length > 1 && Object.hasOwn(outputNames, operator) ? outputNames[operator]?.indexOf(output) : 0;
  return { name, output: Math.max(0, position ?? 0) + index };
}

function damaged(what: string): UserError {
  return new UserError(`The graph of the model is damaged: ${what}. Export or copy the model again.`);
}
