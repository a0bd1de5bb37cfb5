import { setImmediate as nextTurn } from 'node:timers/promises';
import { type GradientRequest, gradientModel } from '../gradient/gradientModel.ts';
import { valuesReadBy } from '../graph/dependents.ts';
import { elementCount, elementTypes, type Model, type Value } from '../graph/graph.ts';
import { freePrefix, GraphBuilder } from '../graph/graphBuilder.ts';
import { type Inspection, inspect } from '../graph/inspect.ts';
import { multiplicationsIn } from '../graph/multiplications.ts';
import { refuse } from './refusal.ts';
import type { Runtime, Session } from './session.ts';

/** Sessions kept at a time, each with its own copy of the weights, laid out for speed; and of models below so many bytes. */
const [kept, keptOfSmall] = [4, 32];
const small = 4e6;
/** Multiplications that are done before it would pay to have another thread, or several, do them. */
const quick = 3e7;

/** A session with its inputs and outputs. */
export interface GraphSession {
  readonly session: Session;
  readonly model: Model;
  /** The gradient output, in a session that has one. */
  readonly gradient?: string;
}

/** Creates the sessions of one model when needed, for each batch size and kind of gradient, and keeps the last used. */
export class Sessions {
  readonly #runtime: Runtime;
  readonly #model: Model;
  readonly #imageDims: readonly number[];
  readonly #kept: number;
  readonly #inspections = new Map<number, Promise<Inspection>>();
  readonly #sessions = new Map<string, Promise<GraphSession>>();

  /**
   * @param imageDims dimensions of one image, without the batch.
   * @param known what is already known about the model, by batch size.
   */
  constructor(
    runtime: Runtime,
    model: Model,
    imageDims: readonly number[],
    known: ReadonlyMap<number, Inspection> = new Map(),
  ) {
    for (const [batch, inspection] of known) this.#inspections.set(batch, Promise.resolve(inspection));
    this.#runtime = runtime;
    this.#model = model;
    this.#imageDims = imageDims;
    this.#kept = weightBytes(model) < small ? keptOfSmall : kept;
  }

  /** What is known about the graph at a batch size. */
  inspect(batch: number): Promise<Inspection> {
    const known = this.#inspections.get(batch);
    if (known) return known;
    const inspection = inspect(this.#model, [batch, ...this.#imageDims], this.#runtime);
    this.#inspections.set(batch, inspection);
    return inspection;
  }

  /** A session that gives the logits. */
  forward(batch: number): Promise<GraphSession> {
    return this.#open(batch, '', async () => {
      const { model } = await this.inspect(batch);
      const [input] = model.graph.inputs as [Value];
      const inputs = [{ ...input, dims: [batch, ...this.#imageDims] }];
      return { model: { ...model, graph: { ...model.graph, inputs } } };
    });
  }

  /** A session that gives logits, gradients and activations. */
  gradient(batch: number, request: GradientRequest): Promise<GraphSession> {
    return this.#open(batch, JSON.stringify(request), async () => gradientModel(await this.inspect(batch), request));
  }

  /** A session that gives values inside the graph, as float32, in this order. */
  reading(batch: number, values: readonly string[]): Promise<GraphSession> {
    return this.#open(batch, `reading ${JSON.stringify(values)}`, async () => ({
      model: readingModel(await this.inspect(batch), values),
    }));
  }

  /** Closes the sessions of all other batch sizes. */
  async keepOnly(batches: readonly number[]): Promise<void> {
    for (const [key, opening] of this.#sessions) {
      if (batches.includes(Number.parseInt(key, 10))) continue;
      this.#sessions.delete(key);
      await closed(opening);
    }
  }

  async close(): Promise<void> {
    for (const opening of this.#sessions.values()) await closed(opening);
    this.#sessions.clear();
  }

  async #open(batch: number, what: string, make: () => Promise<Omit<GraphSession, 'session'>>): Promise<GraphSession> {
    const key = `${batch} ${what}`;
    let opening = this.#sessions.get(key);
    if (opening === undefined) {
      await this.#dropOldest();
      opening = make().then(async (made) => ({ ...made, session: await this.#start(made.model, batch) }));
    }
    // Reinserted at the end, as the last used.
    this.#sessions.delete(key);
    this.#sessions.set(key, opening);
    return opening;
  }

  /** @throws UserError if ONNX Runtime does not accept the model, or fails to run it. */
  async #start(model: Model, batch: number): Promise<Session> {
    const isQuick = multiplicationsIn(await this.inspect(batch)) < quick;
    const session = await this.#runtime.open(model, { isQuick }).catch(refuse);
    return { ...session, run: (...asked) => session.run(...asked).catch(refuse) };
  }

  async #dropOldest(): Promise<void> {
    for (const [key, opening] of this.#sessions) {
      if (this.#sessions.size < this.#kept) return;
      this.#sessions.delete(key);
      await closed(opening);
    }
  }
}

/** A model with these values as outputs, without anything that they do not need. */
function readingModel({ model, shapes }: Inspection, values: readonly string[]): Model {
  const { graph, opsets } = model;
  const [input] = graph.inputs as [Value];
  const build = new GraphBuilder(opsets.get('') as number, freePrefix(graph, 'reading'));
  // A Cast turns any value into an output: a number of another type, the input, or an existing output.
  const outputs = values.map((value) => build.op('Cast', [value], { to: elementTypes.float32 }));
  const needed = new Set(values);
  const nodes = graph.nodes.toReversed().filter((node) => {
    const isNeeded = node.outputs.some((output) => needed.has(output));
    if (isNeeded) for (const value of valuesReadBy(node)) needed.add(value);
    return isNeeded;
  });
  return {
    ...model,
    graph: {
      ...graph,
      inputs: [{ ...input, dims: shapes.get(input.name) as readonly number[] }],
      outputs: outputs.map((name) => ({ name, type: 'float32' })),
      nodes: [...nodes.reverse(), ...build.nodes],
    },
  };
}

async function closed(opening: Promise<GraphSession>): Promise<void> {
  const opened = await opening.catch(() => undefined);
  // Whoever has just been given the session starts its run first.
  await nextTurn();
  await opened?.session.close();
}

/** Bytes of the values between input and output for one image. */
export function activationBytes({ shapes }: Inspection, batch: number): number {
  const bytesOfFloat = 4;
  return ([...shapes.values()].reduce((sum, dims) => sum + elementCount(dims), 0) * bytesOfFloat) / batch;
}

/** Bytes of the weights. */
export function weightBytes({ graph }: Model): number {
  return [...graph.constants.values()].reduce(
    (sum, { data }) => sum + (data instanceof Uint8Array ? data.length : data.length),
    0,
  );
}
