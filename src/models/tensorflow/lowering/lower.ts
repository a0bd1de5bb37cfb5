import { defaultMemory, TooLittleMemory } from '../../../data/memory.ts';
import { UserError } from '../../../userError.ts';
import { CannotLower } from '../../cannotLower.ts';
import type { Constant, Graph, Model, Node, Value } from '../../onnx/graph/graph.ts';
import { GraphBuilder } from '../../onnx/graph/graphBuilder.ts';
import type { StatedInput } from '../../onnx/graph/imageInput.ts';
import { takeBranches } from '../branches.ts';
import type { GraphDef, PartialShape } from '../graphDef.ts';
import { NoCounterpart } from '../noCounterpart.ts';
import { type Operation, operationsFor, type Reference } from '../operations.ts';
import { elementTypeOf } from '../tensorProto.ts';
import { Call, type Rule, type Surroundings, type Tensor } from './call.ts';
import { type Dim, isFixed } from './dims.ts';
import { rules } from './rules.ts';
import { calculated } from './sizes.ts';

/** Version of the standard's operators that the graph uses. */
const opset = 18;
/** Of all values that the model does not name itself. */
const prefix = 'onnx/';

/** A tensor that a model is given, or gives, under a name for those who call it. */
export interface Port {
  readonly name: string;
  /** The reference to it in the graph. */
  readonly tensor: string;
  /** TensorFlow's number of its type. */
  readonly type?: number;
  readonly shape?: PartialShape;
}

/** A graph, and what of it is called. */
export interface Program {
  readonly graph: GraphDef;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Bytes that its constants may take. */
  readonly memory?: number;
  /** The value of a variable; undefined if there is none. */
  readonly variable?: (name: string) => Constant | undefined;
}

/**
 * Writes what a model of TensorFlow computes as an ONNX graph, whose values have the names of its operations. Images keep
 * TensorFlow's order at the ends of the graph, and have ONNX's where convolutions want it.
 * @param stated what the settings say about the images, for a model that leaves their shape open.
 * @throws UserError naming every operator that has no counterpart, or what is wrong with an operation.
 */
export function lower(program: Program, stated: StatedInput = {}): Model {
  const { graph, inputs, outputs } = program;
  const ports = [...outputs, ...inputs].map(({ tensor }) => tensor);
  const { operations, results } = takeBranches(operationsFor(graph, ports));
  const starts = new Map(inputs.map((port, index) => [results[outputs.length + index]?.operation, port]));
  const needed = reachable(results.slice(0, outputs.length), new Set(starts.keys()));
  const used = operations.filter((operation) => needed.has(operation));
  refuseUnknown(used.filter((operation) => !starts.has(operation)));
  const lowering = new Lowering(program, stated);
  for (const operation of used) lowering.add(operation, starts.get(operation));
  return lowering.finish(results.slice(0, outputs.length));
}

/** The operations that some tensors depend on, up to the inputs of the model. */
function reachable(results: readonly Reference[], starts: ReadonlySet<Operation | undefined>): Set<Operation> {
  const found = new Set<Operation>();
  const stack = results.map(({ operation }) => operation);
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    if (!starts.has(next)) for (const { operation } of next.inputs) stack.push(operation);
  }
  return found;
}

function ruleOf({ operator }: Operation): Rule | undefined {
  return Object.hasOwn(rules, operator) ? rules[operator] : undefined;
}

function refuseUnknown(operations: readonly Operation[]): void {
  const unknown = new Set(
    operations.filter((operation) => ruleOf(operation) === undefined).map(({ operator }) => operator),
  );
  if (unknown.size === 0) return;
  throw new NoCounterpart(
    `The model uses operators that Perturb cannot write as ONNX: ${[...unknown].join(', ')}. Export it for inference without them, or convert it with tf2onnx and use the ONNX file.`,
  );
}

class Lowering {
  readonly #program: Program;
  readonly #stated: StatedInput;
  readonly #build = new GraphBuilder(opset, prefix);
  readonly #tensors = new Map<Operation, readonly (Tensor | undefined)[]>();
  readonly #inputs: Value[] = [];
  readonly #names = new Map<string, string>();
  readonly #taken = new Set<string>();
  readonly #around: Surroundings;
  readonly #claimed = new Set<Constant>();
  #claimedBytes = 0;
  #images: string | undefined;

  constructor(program: Program, stated: StatedInput) {
    this.#program = program;
    this.#stated = stated;
    for (const { name } of [...program.inputs, ...program.outputs]) this.#taken.add(name);
    this.#around = {
      build: this.#build,
      turned: new Map(),
      written: new Map(),
      claim: (constant) => this.#claim(constant),
      images: () => this.#imageCount(),
      variable: (name) => {
        const found = program.variable?.(name);
        if (found === undefined) throw new CannotLower(`the file has no value for the variable "${name}"`);
        return found;
      },
    };
  }

  /** @param port of the input that an operation stands for. */
  add(operation: Operation, port: Port | undefined): void {
    const { name, operator } = operation;
    try {
      const tensors = port ? [this.#input(port, operation)] : this.#lowered(operation);
      this.#tensors.set(operation, tensors);
      for (const [index, tensor] of tensors.entries()) this.#call(tensor, index === 0 ? name : `${name}:${index}`);
    } catch (error) {
      if (!(error instanceof CannotLower)) throw error;
      throw new NoCounterpart(`${operator} "${name}" cannot be written as ONNX: ${error.message}.`, { cause: error });
    }
  }

  finish(results: readonly Reference[]): Model {
    const outputs = results.map((reference, index): Value => {
      const tensor = this.#result(reference);
      const value = new Call(reference.operation, [], this.#around).plain(tensor);
      const name = this.#output(value, this.#program.outputs[index]?.name ?? '');
      return { name, type: tensor.type, dims: tensor.dims.map(dimOf) };
    });
    const renamed = (value: string) => this.#names.get(value) ?? value;
    const graph: Graph = {
      inputs: this.#inputs,
      outputs,
      nodes: this.#build.nodes.map(
        (node): Node => ({ ...node, inputs: node.inputs.map(renamed), outputs: node.outputs.map(renamed) }),
      ),
      constants: this.#build.constants,
    };
    return { graph, opsets: new Map([['', opset]]), metadata: new Map(), folder: '.' };
  }

  #lowered(operation: Operation): readonly (Tensor | undefined)[] {
    const inputs = operation.inputs.map((reference) => this.#resolved(reference));
    const call = new Call(operation, inputs, this.#around);
    const found = calculated(call) ?? (ruleOf(operation) as Rule)(call);
    return Array.isArray(found) ? found : [found as Tensor | undefined];
  }

  #resolved({ operation, output }: Reference): Tensor {
    const tensor = this.#tensors.get(operation)?.[output];
    if (tensor !== undefined) return tensor;
    throw new CannotLower(
      `it needs output ${output} of ${operation.operator} "${operation.name}", which is not computed`,
    );
  }

  /** What the model gives. */
  #result(reference: Reference): Tensor {
    const tensor = this.#tensors.get(reference.operation)?.[reference.output];
    if (tensor !== undefined && tensor.variable === undefined) return tensor;
    const { operator, name } = reference.operation;
    throw new UserError(`The model gives output ${reference.output} of ${operator} "${name}", which is not computed.`);
  }

  #input({ name, type = 1, shape: known }: Port, operation: Operation): Tensor {
    const elements = elementTypeOf(type);
    if (elements === undefined) {
      throw new UserError(
        `The model takes "${name}" as text or in another type that holds no pixels, such as encoded images. Export it with a signature that takes images as numbers.`,
      );
    }
    const attribute = operation.attributes.get('shape');
    const dims = this.#dimsOf(name, known ?? (attribute?.kind === 'shape' ? attribute.value : undefined));
    // Whether it is trained: it never is here.
    if (elements === 'bool' && dims.length === 0) return { dims, type: elements, sizes: [0] };
    this.#inputs.push({ name, type: elements, dims: dims.map(dimOf) });
    return { dims, type: elements, value: name };
  }

  #dimsOf(name: string, known: PartialShape): Dim[] {
    const { input, size } = this.#stated;
    const shape = known ?? (input && [undefined, ...input]);
    const side = (axis: number) => (axis === 1 || axis === 2 ? size : undefined);
    const sides = input?.length === (shape?.length ?? 0) - 1 ? input : shape?.slice(1).map((_, axis) => side(axis + 1));
    const dims = shape?.map(
      (size, axis): Dim | undefined => size ?? (axis === 0 ? { perImage: 1 } : sides?.[axis - 1]),
    );
    if (dims?.every((size) => size !== undefined)) return dims as Dim[];
    const list = shape?.map((size) => size ?? '?').join(', ') ?? 'any shape';
    throw new UserError(
      `The model takes ${name} [${list}], which leaves the shape of an image open. State it as "input" of this model in the settings, such as [224, 224, 3].`,
    );
  }

  #claim(constant: Constant): void {
    if (this.#claimed.has(constant)) return;
    this.#claimed.add(constant);
    this.#claimedBytes += constant.data.length;
    const { memory = defaultMemory() } = this.#program;
    if (this.#claimedBytes > memory) {
      throw new TooLittleMemory('The constants of the model take', this.#claimedBytes, memory);
    }
  }

  /** The number of images, as a list of one. */
  #imageCount(): string {
    if (this.#images !== undefined) return this.#images;
    for (const { name, dims = [] } of this.#inputs) {
      if (typeof dims[0] !== 'string') continue;
      this.#images = this.#build.slice(this.#build.op('Shape', [name]), [0], [1], [0]);
      return this.#images;
    }
    throw new CannotLower('it needs the number of images before there are any');
  }

  /** Gives a value that an operation has made the name of the operation, if nothing else has it. */
  #call(tensor: Tensor | undefined, name: string): void {
    const value = tensor?.value;
    const isOwn = value !== undefined && (this.#build.nodes.at(-1)?.outputs.includes(value) ?? false);
    if (!isOwn || this.#names.has(value) || this.#taken.has(name) || name === '' || name.startsWith(prefix)) return;
    this.#names.set(value, name);
    this.#taken.add(name);
  }

  /** The name of an output: that for those who call the model, if it can have it. */
  #output(value: string, wished: string): string {
    const isInput = this.#inputs.some(({ name }) => name === wished);
    const isGiven = [...this.#names.values()].includes(wished);
    const own = this.#build.nodes.some(({ outputs }) => outputs.includes(value));
    if (wished === '' || isInput || isGiven) return this.#names.get(value) ?? this.#build.op('Identity', [value]);
    const isOutputAlready = this.#program.outputs.some(({ name }) => name === this.#names.get(value));
    const named = own && !isOutputAlready ? value : this.#build.op('Identity', [value]);
    this.#names.set(named, wished);
    return wished;
  }
}

function dimOf(dim: Dim): number | string {
  if (isFixed(dim)) return dim;
  return dim.perImage === 1 ? 'batch' : `${dim.perImage}*batch`;
}
