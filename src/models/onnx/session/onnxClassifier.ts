import type { ImageShape } from '../../../data/image.ts';
import { sizeOf } from '../../../data/image.ts';
import { UserError } from '../../../userError.ts';
import type { Activations, Batch, Classifier, DifferentiableClassifier, Logits, Pullback } from '../../classifier.ts';
import { type Functional, functionalValue } from '../../functional.ts';
import { missingActivation } from '../../missingActivation.ts';
import { probeImages } from '../../probeImages.ts';
import { activationSeed } from '../gradient/gradientModel.ts';
import { type SeedKind, seedKindOf, seedKinds, writeSeed } from '../gradient/seeds.ts';
import { elementCount, type Value } from '../graph/graph.ts';
import { batchFor, chooseBatchSize, sizesToKeep } from './batchSize.ts';
import { imageTensor } from './imageTensor.ts';
import type { RuntimeTensor } from './session.ts';
import type { GraphSession, Sessions } from './sessions.ts';

/** A value inside a graph that functionals may weigh. */
export interface Activation {
  readonly value: string;
  /** Its axis order in the graph; callers always see channels last. */
  readonly channelsFirst: boolean;
}

/** The parts of a classifier on ONNX Runtime. */
export interface OnnxTraits {
  readonly sessions: Sessions;
  readonly input: ImageShape;
  readonly classes: readonly string[];
  readonly engine: string;
  /** The possible batch sizes of sessions, the smallest first. */
  readonly batchSizes: readonly number[];
  readonly activations: ReadonlyMap<string, Activation>;
  /** The value of the logits. */
  readonly logits: string;
  /** True for a graph that takes whole gray levels from 0 to 255 (float32) rather than pixels in [0, 1]. */
  readonly inLevels: boolean;
  /** False if images of one run influence one another: each is then run with copies of itself. */
  readonly together: boolean;
  /** Batches that may be asked for at a time: more than one while a thread of its own computes. */
  readonly concurrency: number;
}

/** A graph on ONNX Runtime without gradients. */
export class OnnxClassifier implements Classifier {
  readonly input: ImageShape;
  readonly classes: readonly string[];
  readonly engine: string;
  readonly batchSize: number;
  readonly concurrency: number;
  /** Why it gives no gradients. */
  readonly obstacle?: string;
  protected readonly traits: OnnxTraits;
  /** The batch sizes for logits. */
  #batches: Promise<readonly number[]> | undefined;

  constructor(traits: OnnxTraits, obstacle?: string) {
    this.traits = traits;
    this.input = traits.input;
    this.classes = traits.classes;
    this.engine = traits.engine;
    this.batchSize = Math.max(...traits.batchSizes);
    this.concurrency = traits.concurrency;
    if (obstacle !== undefined) this.obstacle = obstacle;
  }

  async logits(images: Batch): Promise<Logits> {
    const rows: Float32Array[] = [];
    for (const { from, to, batch } of await this.forwardParts(images.length)) {
      rows.push(...(await this.#forward(images.slice(from, to), batch)));
    }
    return rows;
  }

  dispose(): void {
    void this.traits.sessions.close();
  }

  /**
   * Finds the best batch size for a kind of query, and returns it with the smaller ones that are worth keeping.
   * @param ask answers at most one batch of images.
   */
  protected async chooseBatches(
    ask: (images: Batch, batch: number) => Promise<readonly Float32Array[]>,
  ): Promise<readonly number[]> {
    const { batchSizes, sessions } = this.traits;
    const smallest = Math.min(...batchSizes);
    const best = await chooseBatchSize(batchSizes, async (batch) => {
      const images = probeImages(this.input, batch);
      // The first creates the session.
      const answers = await ask(images, batch);
      const alone: Float32Array[] = [];
      if (batch > smallest) for (const image of images) alone.push(...(await ask([image], smallest)));
      const times = [await timeOf(() => ask(images, batch))];
      while (times.length < 3 && (times[0] as number) < 100) times.push(await timeOf(() => ask(images, batch)));
      return { answers, alone, time: Math.min(...times) };
    });
    const kept = sizesToKeep(batchSizes, best);
    // Rejected sizes have their own copies of the weights.
    await sessions.keepOnly(kept);
    return kept;
  }

  /**
   * Splits a number of images into batches: images [from, to) in a session for `batch`.
   * @param choose finds the batch sizes, the smallest first.
   */
  protected async parts(
    count: number,
    choose: () => Promise<readonly number[]>,
  ): Promise<{ from: number; to: number; batch: number }[]> {
    const smallest = Math.min(...this.traits.batchSizes);
    // With only one image, trying gains nothing.
    const kept = count <= smallest ? [smallest] : await choose();
    const parts: { from: number; to: number; batch: number }[] = [];
    if (!this.traits.together)
      return Array.from({ length: count }, (_, i) => ({ from: i, to: i + 1, batch: smallest }));
    for (let from = 0; from < count; ) {
      const batch = batchFor(count - from, kept);
      const to = Math.min(count, from + batch);
      parts.push({ from, to, batch });
      from = to;
    }
    return parts;
  }

  /** The same, for a forward pass. */
  protected forwardParts(count: number): Promise<{ from: number; to: number; batch: number }[]> {
    return this.parts(
      count,
      () => (this.#batches ??= this.chooseBatches((trial, batch) => this.#forward(trial, batch))),
    );
  }

  async #forward(images: Batch, batch: number): Promise<Float32Array[]> {
    const { session, model } = await this.traits.sessions.forward(batch);
    const results = await session.run(this.feed(model.graph.inputs, images, batch));
    return this.rows(results, model.graph.outputs, images.length, batch);
  }

  /** The images as the first input of a graph. */
  protected feed(inputs: readonly Value[], images: Batch, batch: number): Record<string, RuntimeTensor> {
    const [input] = inputs as [Value];
    // Of no image at all there are still the shapes.
    const shown = images.length > 0 ? images : [new Float32Array(sizeOf(this.input))];
    return { [input.name]: imageTensor(shown, this.input, batch, this.traits.inLevels) };
  }

  /** @throws UserError when there is not one row for each image. */
  protected rows(
    results: Readonly<Record<string, RuntimeTensor>>,
    [output]: readonly Value[],
    count: number,
    batch: number,
  ): Float32Array[] {
    const data = floatsOf(results, output?.name ?? '');
    const size = this.classes.length;
    if (data.length !== batch * size) {
      throw new UserError(
        `For a batch of ${batch} the model gives ${data.length} scores instead of ${batch * size}. Export it with a dynamic batch size.`,
      );
    }
    return Array.from({ length: count }, (_, i) => data.slice(i * size, (i + 1) * size));
  }
}

/** A graph on ONNX Runtime with a derived gradient. */
export class DifferentiableOnnxClassifier extends OnnxClassifier implements DifferentiableClassifier {
  /** The batch sizes for gradients. */
  #batches: Promise<readonly number[]> | undefined;

  get activations(): readonly string[] {
    return [...this.traits.activations.keys()];
  }

  async read(images: Batch, names: readonly string[]): Promise<Activations> {
    const activations = names.map((name) =>
      name === 'logits' ? { value: this.traits.logits, channelsFirst: false } : this.#activation(name),
    );
    // Of no image at all there are still the shapes.
    const smallest = Math.min(...this.traits.batchSizes);
    const parts = images.length > 0 ? await this.forwardParts(images.length) : [{ from: 0, to: 0, batch: smallest }];
    const values: Float32Array[][] = [];
    let shapes: readonly (readonly number[])[] = [];
    for (const { from, to, batch } of parts) {
      const read = await this.#readPart(images.slice(from, to), activations, batch);
      values.push(...read.values);
      shapes = read.shapes;
    }
    // Logits may have axes of size 1 in the graph.
    return { shapes: names.map((name, k) => (name === 'logits' ? [this.classes.length] : (shapes[k] ?? []))), values };
  }

  async #readPart(images: Batch, activations: readonly Activation[], batch: number) {
    if (activations.length === 0) return { shapes: [], values: images.map(() => []) };
    const opened = await this.traits.sessions.reading(
      batch,
      activations.map(({ value }) => value),
    );
    const { inputs, outputs } = opened.model.graph;
    const results = await opened.session.run(this.feed(inputs, images, batch));
    const read = outputs.map(({ name }, k) =>
      activationRows(results[name] as RuntimeTensor, activations[k] as Activation, batch),
    );
    return {
      shapes: read.map(({ shape }) => shape),
      values: images.map((_, i) => read.map(({ rows }) => rows[i] as Float32Array)),
    };
  }

  async pullback(images: Batch, functionals: readonly (readonly Functional[])[]): Promise<Pullback> {
    const choose = () => (this.#batches ??= this.chooseBatches((trial, batch) => this.#tryGradient(trial, batch)));
    const pullback = { logits: [] as Float32Array[], values: [] as number[][], gradients: [] as Float32Array[][] };
    for (const { from, to, batch } of await this.parts(images.length, choose)) {
      const own = functionals.slice(from, to);
      const { logits, values, gradients } = await this.#pullback(images.slice(from, to), own, batch);
      pullback.logits.push(...logits);
      pullback.values.push(...values);
      pullback.gradients.push(...gradients);
    }
    return pullback;
  }

  async #tryGradient(images: Batch, batch: number): Promise<Float32Array[]> {
    const functionals = images.map(() => [{ kind: 'crossEntropy', label: 0 } as const]);
    const { gradients } = await this.#pullback(images, functionals, batch);
    return gradients.flat();
  }

  async #pullback(images: Batch, functionals: readonly (readonly Functional[])[], batch: number) {
    const asked = new Set<SeedKind>();
    const insides = new Set<string>();
    let most = 1;
    for (const list of functionals) {
      most = Math.max(most, list.length);
      for (const functional of list) {
        if (isOfLogits(functional)) asked.add(seedKindOf(functional));
        else insides.add((functional as Extract<Functional, { kind: 'weights' }>).output);
      }
    }
    const kinds = seedKinds.filter((kind) => asked.has(kind));
    const names = [...insides].sort();
    const activations = names.map((name) => this.#activation(name));
    const several = most > 1;
    const opened = await this.traits.sessions.gradient(batch, {
      // A pullback without functionals still returns logits.
      kinds: kinds.length + names.length === 0 ? ['weights'] : kinds,
      activations: activations.map(({ value }) => value),
      several,
    });
    const { inputs, outputs } = opened.model.graph;
    const feeds = this.feed(inputs, images, batch);
    this.#feedSeeds(feeds, opened, functionals, { activations, names, most, batch });
    const results = await opened.session.run(feeds);

    const logits = this.rows(results, outputs, images.length, batch);
    const found = floatsOf(results, opened.gradient as string);
    const size = sizeOf(this.input);
    const gradients = functionals.map((list, i) =>
      list.map((_, k) => this.#gradientOf(found.subarray(k * batch * size, (k + 1) * batch * size), i)),
    );
    const inside = new Map(
      activations.map((activation, index) => {
        const { rows } = activationRows(results[activation.value] as RuntimeTensor, activation, batch);
        return [names[index], rows] as const;
      }),
    );
    const values = functionals.map((list, i) =>
      list.map((functional) => {
        if (isOfLogits(functional) && functional.kind !== 'weights')
          return functionalValue(functional, logits[i] as Float32Array);
        const { output, weights, scale = 1 } = functional as Extract<Functional, { kind: 'weights' }>;
        return scale * dot(weights, (output === 'logits' ? logits[i] : inside.get(output)?.[i]) as Float32Array);
      }),
    );
    return { logits, values, gradients };
  }

  /** The gradient with respect to image i, from those for all images of a run. */
  #gradientOf(found: Float32Array, i: number): Float32Array {
    const size = sizeOf(this.input);
    const { inLevels, together } = this.traits;
    // A run has its own results, which need no copy.
    const gradient = found.subarray(i * size, (i + 1) * size);
    // The run contains only copies of the image, all of which change with it.
    if (!together)
      for (let at = size; at < found.length; at++)
        gradient[at % size] = (gradient[at % size] as number) + (found[at] as number);
    return inLevels ? gradient.map((value) => 255 * value) : gradient;
  }

  #feedSeeds(
    feeds: Record<string, RuntimeTensor>,
    { model }: GraphSession,
    functionals: readonly (readonly Functional[])[],
    plan: {
      readonly activations: readonly Activation[];
      readonly names: readonly string[];
      readonly most: number;
      readonly batch: number;
    },
  ): void {
    const { activations, names, most, batch } = plan;
    for (const { name, dims = [] } of model.graph.inputs.slice(1)) {
      const own = dims.map((size) => (typeof size === 'number' ? size : most));
      feeds[name] = { type: 'float32', dims: own, data: new Float32Array(elementCount(own)) };
    }
    const inputs = (name: string) => feeds[name]?.data as Float32Array;
    for (const [i, list] of functionals.entries()) {
      for (const [k, functional] of list.entries()) {
        writeSeed(functional, this.classes.length, inputs, k * batch + i);
      }
    }
    if (names.length === 0) return;
    for (let k = 0; k < most; k++) {
      const one = Array.from({ length: batch }, (_, i) => functionals[i]?.[k]);
      for (const [index, name] of names.entries()) {
        const activation = activations[index] as Activation;
        const { data, dims } = feeds[activationSeed(activation.value)] as RuntimeTensor;
        const size = (data as Float32Array).length / (most * batch);
        for (const [i, functional] of one.entries()) {
          if (functional?.kind !== 'weights' || functional.output !== name) continue;
          const { weights, scale = 1 } = functional;
          if (weights.length !== size) {
            throw new RangeError(`"${name}" has ${size} values per image, but ${weights.length} weights were given`);
          }
          const image = dims.slice(most > 1 ? 2 : 1);
          const ordered = activation.channelsFirst ? toChannelsFirst(weights, image) : weights;
          (data as Float32Array).set(
            ordered.map((weight) => scale * weight),
            (k * batch + i) * size,
          );
        }
      }
    }
  }

  #activation(name: string): Activation {
    const activation = this.traits.activations.get(name);
    if (activation === undefined) throw missingActivation(name, this.activations);
    return activation;
  }
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function isOfLogits(functional: Functional): boolean {
  return functional.kind !== 'weights' || functional.output === 'logits';
}

/** The values of each image of a batch, channels last, and their shape in this order. */
function activationRows(
  { dims, data }: RuntimeTensor,
  { channelsFirst }: Activation,
  batch: number,
): { rows: Float32Array[]; shape: readonly number[] } {
  const image = dims.slice(1);
  const size = elementCount(image);
  const rows = Array.from({ length: batch }, (_, i) => {
    const row = (data as Float32Array).slice(i * size, (i + 1) * size);
    return channelsFirst ? toChannelsLast(row, image) : row;
  });
  const [channels = 1, ...places] = image;
  return { rows, shape: channelsFirst ? [...places, channels] : image };
}

function floatsOf(results: Readonly<Record<string, RuntimeTensor>>, name: string): Float32Array {
  return results[name]?.data as Float32Array;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/** Converts values from channels last to channels first. @param dims of the result: channels, then places. */
function toChannelsFirst(values: Float32Array, [channels = 1, ...places]: readonly number[]): Float32Array {
  return exchanged(values, elementCount(places), channels);
}

/** @param dims of the values: channels, then places. */
function toChannelsLast(values: Float32Array, [channels = 1, ...places]: readonly number[]): Float32Array {
  return exchanged(values, channels, elementCount(places));
}

/** The transpose of a matrix with these numbers of rows and columns. */
function exchanged(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[column * rows + row] = values[row * columns + column] as number;
    }
  }
  return result;
}
