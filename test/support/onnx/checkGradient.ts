import assert from 'node:assert/strict';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { deriveGradient } from '../../../src/models/onnx/gradient/derive.ts';
import {
  type Attribute,
  type Constant,
  type ElementType,
  elementCount,
  floatConstant,
  type Graph,
  intConstant,
  type Model,
  type Node,
} from '../../../src/models/onnx/graph/graph.ts';
import { type AttributeValue, attributeOf, GraphBuilder } from '../../../src/models/onnx/graph/graphBuilder.ts';
import { inspect } from '../../../src/models/onnx/graph/inspect.ts';
import { nativeRuntime } from '../../../src/models/onnx/session/runtime.ts';
import type { RuntimeTensor } from '../../../src/models/onnx/session/session.ts';
import { evaluate } from './reference/evaluate.ts';
import { type Tensor, tensor } from './reference/tensor.ts';

/** An input of the operator. */
export interface InputSpec {
  readonly dims: readonly number[];
  /** Drawn from the range where they are not given. */
  readonly values?: readonly number[];
  /** [-2, 2] unless stated. */
  readonly range?: readonly [number, number];
  /** True for an input that the model holds itself; the others depend on the image, all at once. */
  readonly constant?: true;
  /** Type of a constant; float32 unless stated. */
  readonly type?: ElementType;
}

/** One operator in one of its variants. */
export interface GradientCheck {
  readonly operator: string;
  readonly domain?: string;
  /** As `GraphBuilder` takes them: wrap a float attribute by `float`. */
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  /** Undefined for an optional input that is omitted. */
  readonly inputs: readonly (InputSpec | undefined)[];
  /** How many outputs the node gives; 1 unless stated. */
  readonly outputs?: number;
  /** Those whose gradient enters; all unless stated. */
  readonly weighed?: readonly number[];
  /** 17 unless stated. */
  readonly opset?: number;
  readonly seed?: number;
  readonly tolerances?: Partial<Errors>;
}

/** Largest deviations, relative to the largest number of what is compared (or to 1e-3, where all are smaller). */
export interface Errors {
  /** The float64 evaluator's outputs against ONNX Runtime's. */
  readonly forward: number;
  /** The derived graph, in float64, against central differences. */
  readonly gradient: number;
  /** The derived graph in ONNX Runtime against the same in float64. */
  readonly runtime: number;
}

const allowed: Errors = { forward: 1e-5, gradient: 1e-6, runtime: 1e-4 };

const runtime = nativeRuntime();

/**
 * Checks the rule of an operator on y = operator(x, …), each output weighed by random numbers:
 * 1. The float64 evaluator computes what ONNX Runtime computes, so that it can be relied on.
 * 2. The derived graph, in float64, gives the gradient that central differences of the evaluator give.
 * 3. The derived graph in ONNX Runtime gives the same.
 * Inputs should stay away from kinks. @returns the errors. @throws AssertionError saying what deviates and where.
 */
export async function checkGradient(check: GradientCheck): Promise<Errors> {
  const { operator, domain = '', attributes = {}, inputs, opset = 17, seed = 1 } = check;
  const random = randomNumbers(seed);
  const constants = new Map<string, Constant>();
  const images: { readonly name: string; readonly dims: readonly number[]; readonly values: readonly number[] }[] = [];
  const names = inputs.map((spec, index) => {
    if (spec === undefined) return '';
    const name = `x${index}`;
    const values = spec.values ?? random(elementCount(spec.dims), ...(spec.range ?? ([-2, 2] as const)));
    if (spec.constant) constants.set(name, typedConstant(spec.type ?? 'float32', spec.dims, values));
    else images.push({ name, dims: spec.dims, values });
    return name;
  });
  const outputs = Array.from({ length: check.outputs ?? 1 }, (_, index) => `y${index}`);
  const node: Node = {
    operator,
    domain,
    inputs: names,
    outputs,
    attributes: Object.fromEntries(
      Object.entries(attributes).map(([name, value]): [string, Attribute] => [name, attributeOf(value)]),
    ),
  };
  const { nodes, dims, name } = fromOneImage(images, constants);
  const graph: Graph = {
    inputs: [{ name, type: 'float32', dims }],
    outputs: outputs.map((output) => ({ name: output })),
    nodes: [...nodes, node],
    constants,
  };
  return checkGraph(
    graph,
    images.flatMap(({ values }) => values),
    {
      what: `${domain && `${domain}.`}${operator} ${JSON.stringify({ attributes, inputs, opset, seed })}`,
      weighed: outputs.filter((_, index) => check.weighed?.includes(index) ?? true),
      opset,
      seed,
      tolerances: check.tolerances ?? {},
    },
  );
}

/** The same for a graph of several nodes. Its one input is the image, its dimensions stated. */
export async function checkGraph(
  graph: Graph,
  image: readonly number[],
  {
    what,
    weighed = graph.outputs.map(({ name }) => name),
    opset = 17,
    seed = 1,
    tolerances = {},
  }: {
    readonly what: string;
    /** Outputs whose gradient enters. */
    readonly weighed?: readonly string[];
    readonly opset?: number;
    readonly seed?: number;
    readonly tolerances?: Partial<Errors>;
  },
): Promise<Errors> {
  const input = graph.inputs[0] as { name: string; dims: readonly number[] };
  const opsets = new Map([
    ['', opset],
    ['com.microsoft', 1],
  ]);
  const model: Model = { graph, opsets, metadata: new Map(), folder: '/' };
  const inspection = await inspect(model, input.dims, runtime);
  const build = new GraphBuilder(opset, 'gradient/');
  const entries = weighed.map((value) => ({ value, gradient: `weights of ${value}` }));
  const known = inspection.model.graph;
  const { gradient, nodes } = deriveGradient(known, input.name, entries, inspection, build);

  const x = tensor(input.dims, Float32Array.from(image));
  const forward = (at: Tensor) => evaluate(known, { [input.name]: at });
  const expected = forward(x);
  const random = randomNumbers(seed + 1);
  const weights = new Map(
    entries.map(({ value, gradient: name }) => {
      const { dims } = valueNamed(expected, value);
      return [name, tensor(dims, Float32Array.from(random(elementCount(dims), -1, 1)))] as const;
    }),
  );

  const derived: Graph = {
    inputs: [...known.inputs, ...[...weights].map(([name, { dims }]) => ({ name, type: 'float32' as const, dims }))],
    outputs: [...known.outputs, ...(gradient === undefined ? [] : [{ name: gradient, type: 'float32' as const }])],
    nodes: [...nodes, ...build.nodes],
    constants: new Map([...known.constants, ...build.constants]),
  };
  const feeds = { [input.name]: x, ...Object.fromEntries(weights) };
  const computed = await run({ ...model, graph: derived }, feeds);

  const failures: string[] = [];
  const limits = { ...allowed, ...tolerances };
  const worst = { forward: 0, gradient: 0, runtime: 0 };
  const compare = (kind: keyof Errors, of: string, actual: Tensor, wanted: Tensor) => {
    if (actual.dims.join() !== wanted.dims.join()) {
      failures.push(`${of}: the shape is [${actual.dims.join()}], not [${wanted.dims.join()}]`);
      return;
    }
    const { error, index } = deviation(actual.data, wanted.data);
    worst[kind] = Math.max(worst[kind], error);
    if (error <= limits[kind]) return;
    failures.push(
      `${of}: relative error ${error.toExponential(1)} at element ${index}: ${actual.data[index]}, not ${wanted.data[index]}`,
    );
  };
  for (const { name } of graph.outputs) {
    compare('forward', `${name} in ONNX Runtime`, valueNamed(computed, name), valueNamed(expected, name));
  }
  const zeros = tensor(input.dims, new Float64Array(image.length));
  const inFloat64 = gradient === undefined ? zeros : valueNamed(evaluate(derived, feeds), gradient);
  compare('gradient', 'gradient', inFloat64, byDifferences(forward, x, entries, weights));
  if (gradient !== undefined) {
    compare('runtime', 'gradient in ONNX Runtime', valueNamed(computed, gradient), inFloat64);
  }
  const operators = build.nodes.map(({ operator }) => operator).join(' ');
  if (failures.length > 0) assert.fail(`${what}\n${failures.join('\n')}\nderived: ${operators || 'nothing'}`);
  return worst;
}

/** Central differences of Σ ⟨weights, y⟩, with differences of each y taken before they are summed. */
function byDifferences(
  forward: (x: Tensor) => ReadonlyMap<string, Tensor>,
  x: Tensor,
  entries: readonly { readonly value: string; readonly gradient: string }[],
  weights: ReadonlyMap<string, Tensor>,
): Tensor {
  const step = 1e-5;
  const moved = (index: number, by: number) => forward(tensor(x.dims, x.data.with(index, (x.data[index] ?? 0) + by)));
  const gradient = x.data.map((_, index) => {
    const above = moved(index, step);
    const below = moved(index, -step);
    let sum = 0;
    for (const { value, gradient: name } of entries) {
      const high = valueNamed(above, value).data;
      const low = valueNamed(below, value).data;
      valueNamed(weights, name).data.forEach((weight, element) => {
        sum += weight * ((high[element] as number) - (low[element] as number));
      });
    }
    return sum / (2 * step);
  });
  return tensor(x.dims, gradient);
}

function deviation(actual: Float64Array, wanted: Float64Array): { error: number; index: number } {
  const scale = wanted.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-3);
  let worst = { error: 0, index: 0 };
  wanted.forEach((value, index) => {
    const difference = Math.abs((actual[index] as number) - value) / scale;
    // Not a number counts as endlessly wrong.
    const error = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
    if (error > worst.error) worst = { error, index };
  });
  return worst;
}

/** Where several inputs depend on the image, they are parts of it. */
function fromOneImage(
  images: readonly { readonly name: string; readonly dims: readonly number[] }[],
  constants: Map<string, Constant>,
): { readonly nodes: readonly Node[]; readonly name: string; readonly dims: readonly number[] } {
  const [only] = images;
  if (images.length === 1 && only) return { nodes: [], name: only.name, dims: only.dims };
  const nodes: Node[] = [];
  let start = 0;
  for (const { name, dims } of images) {
    const [from, to, shape, part] = ['from', 'to', 'shape', 'part'].map((what) => `${what}/${name}`) as [
      string,
      string,
      string,
      string,
    ];
    const end = start + elementCount(dims);
    constants
      .set(from, intConstant([start]))
      .set(to, intConstant([end]))
      .set(shape, intConstant(dims));
    nodes.push(
      { operator: 'Slice', domain: '', inputs: ['image', from, to], outputs: [part], attributes: {} },
      { operator: 'Reshape', domain: '', inputs: [part, shape], outputs: [name], attributes: {} },
    );
    start = end;
  }
  return { nodes, name: 'image', dims: [start] };
}

async function run(model: Model, feeds: Readonly<Record<string, Tensor>>): Promise<Map<string, Tensor>> {
  const session = await runtime.open(model);
  try {
    const floats = Object.entries(feeds).map(([name, { dims, data }]) => {
      return [name, { type: 'float32', dims, data: Float32Array.from(data) }] as const;
    });
    const results = await session.run(Object.fromEntries(floats));
    return new Map(Object.entries(results).map(([name, result]) => [name, tensorOf(result)]));
  } finally {
    await session.close();
  }
}

function tensorOf({ dims, data }: RuntimeTensor): Tensor {
  return tensor(dims, Array.from(data as unknown as ArrayLike<number | bigint>, Number));
}

function typedConstant(type: ElementType, dims: readonly number[], values: readonly number[]): Constant {
  switch (type) {
    case 'float32':
      return floatConstant(values, dims);
    case 'int64':
      return intConstant(values, dims);
    case 'int32':
      return { type, dims, data: new Uint8Array(Int32Array.from(values).buffer) };
    case 'float64':
      return { type, dims, data: new Uint8Array(Float64Array.from(values).buffer) };
    case 'bool':
    case 'uint8':
      return { type, dims, data: Uint8Array.from(values) };
    default:
      throw new RangeError(`constants of type ${type} are not made here`);
  }
}

function valueNamed(values: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const value = values.get(name);
  if (value === undefined) throw new Error(`there is no value ${name}`);
  return value;
}

/** Uniform numbers, rounded to float32 so that ONNX Runtime gets the same. */
export function randomNumbers(seed: number): (count: number, low: number, high: number) => number[] {
  const generator = xoroshiro128plus(seed);
  // Its first numbers are near 0 for small seeds.
  for (let skipped = 0; skipped < 16; skipped++) generator.next();
  return (count, low, high) =>
    Array.from({ length: count }, () => Math.fround(low + (high - low) * uniformFloat64(generator)));
}
