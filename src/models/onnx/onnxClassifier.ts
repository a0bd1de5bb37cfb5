import type { ImageShape } from '../../data/image.ts';
import { sizeOf } from '../../data/image.ts';
import { UserError } from '../../userError.ts';
import type { Batch, Classifier, DifferentiableClassifier, Logits, Pullback } from '../classifier.ts';
import { type Functional, seed } from '../functional.ts';
import { activationSeed } from './gradient/gradientModel.ts';
import { type SeedKind, seedKindOf, seedKinds, seedValues } from './gradient/seeds.ts';
import { elementCount, type Value } from './graph.ts';
import type { RuntimeTensor } from './runtime.ts';
import type { GraphSession, Sessions } from './sessions.ts';

/** A value inside a graph that functionals may weigh. */
export interface Activation {
  readonly value: string;
  /** The order of its axes in the graph; callers always see channels last. */
  readonly channelsFirst: boolean;
}

/** What a classifier on ONNX Runtime is made of. */
export interface OnnxTraits {
  readonly sessions: Sessions;
  readonly input: ImageShape;
  readonly classes: readonly string[];
  readonly engine: string;
  readonly batchSize: number;
  /** True where sessions can be had for smaller batches too. */
  readonly anyBatch: boolean;
  readonly activations: ReadonlyMap<string, Activation>;
}

/** A graph on ONNX Runtime that can be asked, and not differentiated. */
export class OnnxClassifier implements Classifier {
  readonly input: ImageShape;
  readonly classes: readonly string[];
  readonly engine: string;
  readonly batchSize: number;
  /** Why it gives no gradients. */
  readonly obstacle?: string;
  protected readonly traits: OnnxTraits;

  constructor(traits: OnnxTraits, obstacle?: string) {
    this.traits = traits;
    this.input = traits.input;
    this.classes = traits.classes;
    this.engine = traits.engine;
    this.batchSize = traits.batchSize;
    if (obstacle !== undefined) this.obstacle = obstacle;
  }

  async logits(images: Batch): Promise<Logits> {
    const rows: Float32Array[] = [];
    for (const [part, batch] of this.parts(images.length)) {
      const { session, model } = await this.traits.sessions.forward(batch);
      const results = await session.run(this.feed(model.graph.inputs, images.slice(...part), batch));
      rows.push(...this.rows(results, model.graph.outputs, part[1] - part[0]));
    }
    return rows;
  }

  dispose(): void {
    void this.traits.sessions.close();
  }

  /** Splits a number of images into batches that there are sessions for: [from, to) and the batch's size. */
  protected parts(count: number): (readonly [readonly [number, number], number])[] {
    const { batchSize, anyBatch } = this.traits;
    const parts: (readonly [readonly [number, number], number])[] = [];
    for (let from = 0; from < count; ) {
      const rest = count - from;
      // A few images are faster one by one than as a batch that is mostly empty.
      const batch = anyBatch && rest * 4 <= batchSize ? 1 : batchSize;
      const to = Math.min(count, from + batch);
      parts.push([[from, to], batch]);
      from = to;
    }
    return parts;
  }

  /** The images as the first input of a graph; a batch that is not full ends in zeros. */
  protected feed(inputs: readonly Value[], images: Batch, batch: number): Record<string, RuntimeTensor> {
    const { height, width, channels } = this.input;
    const size = sizeOf(this.input);
    const data = new Float32Array(batch * size);
    for (const [i, image] of images.entries()) data.set(image, i * size);
    const [input] = inputs as [Value];
    return { [input.name]: { type: 'float32', dims: [batch, height, width, channels], data } };
  }

  protected rows(
    results: Readonly<Record<string, RuntimeTensor>>,
    [output]: readonly Value[],
    count: number,
  ): Float32Array[] {
    const data = floatsOf(results, output?.name ?? '');
    const size = this.classes.length;
    return Array.from({ length: count }, (_, i) => data.slice(i * size, (i + 1) * size));
  }
}

/** A graph on ONNX Runtime whose gradient was derived. */
export class DifferentiableOnnxClassifier extends OnnxClassifier implements DifferentiableClassifier {
  get activations(): readonly string[] {
    return [...this.traits.activations.keys()];
  }

  async pullback(images: Batch, functionals: readonly (readonly Functional[])[]): Promise<Pullback> {
    const pullback = { logits: [] as Float32Array[], values: [] as number[][], gradients: [] as Float32Array[][] };
    for (const [part, batch] of this.parts(images.length)) {
      const own = functionals.slice(...part);
      const { logits, values, gradients } = await this.#pullback(images.slice(...part), own, batch);
      pullback.logits.push(...logits);
      pullback.values.push(...values);
      pullback.gradients.push(...gradients);
    }
    return pullback;
  }

  async #pullback(images: Batch, functionals: readonly (readonly Functional[])[], batch: number) {
    const all = functionals.flat();
    const kinds = seedKinds.filter((kind) => all.some((f) => isOfLogits(f) && seedKindOf(f) === kind));
    const names = [
      ...new Set(all.flatMap((f) => (f.kind === 'weights' && f.output !== 'logits' ? [f.output] : []))),
    ].sort();
    const activations = names.map((name) => this.#activation(name));
    const most = Math.max(1, ...functionals.map(({ length }) => length));
    const several = most > 1;
    const opened = await this.traits.sessions.gradient(batch, {
      // A pullback of no functional at all still has its logits.
      kinds: kinds.length + names.length === 0 ? ['weights'] : kinds,
      activations: activations.map(({ value }) => value),
      several,
    });
    const { inputs, outputs } = opened.model.graph;
    const feeds = this.feed(inputs, images, batch);
    this.#feedSeeds(feeds, opened, functionals, { kinds, activations, names, most, batch });
    const results = await opened.session.run(feeds);

    const logits = this.rows(results, outputs, images.length);
    const found = floatsOf(results, opened.gradient as string);
    const size = sizeOf(this.input);
    const gradients = functionals.map((list, i) =>
      list.map((_, k) => found.slice((k * batch + i) * size, (k * batch + i + 1) * size)),
    );
    const inside = new Map(
      names.map((name, index) => [name, this.#activationRows(results, activations[index] as Activation, batch)]),
    );
    const values = functionals.map((list, i) =>
      list.map((functional) => {
        if (isOfLogits(functional) && functional.kind !== 'weights')
          return seed(functional, logits[i] as Float32Array).value;
        const { output, weights, scale = 1 } = functional as Extract<Functional, { kind: 'weights' }>;
        return scale * dot(weights, (output === 'logits' ? logits[i] : inside.get(output)?.[i]) as Float32Array);
      }),
    );
    return { logits, values, gradients };
  }

  #feedSeeds(
    feeds: Record<string, RuntimeTensor>,
    { model }: GraphSession,
    functionals: readonly (readonly Functional[])[],
    plan: {
      readonly kinds: readonly SeedKind[];
      readonly activations: readonly Activation[];
      readonly names: readonly string[];
      readonly most: number;
      readonly batch: number;
    },
  ): void {
    const { kinds, activations, names, most, batch } = plan;
    for (const { name, dims = [] } of model.graph.inputs.slice(1)) {
      const own = dims.map((size) => (typeof size === 'number' ? size : most));
      feeds[name] = { type: 'float32', dims: own, data: new Float32Array(elementCount(own)) };
    }
    for (let k = 0; k < most; k++) {
      const one = Array.from({ length: batch }, (_, i) => functionals[i]?.[k]);
      for (const [name, values] of seedValues(kinds, one, this.classes.length)) {
        const { data } = feeds[name] as RuntimeTensor;
        (data as Float32Array).set(values, k * values.length);
      }
      for (const [index, name] of names.entries()) {
        const activation = activations[index] as Activation;
        const { data, dims } = feeds[activationSeed(activation.value)] as RuntimeTensor;
        const size = (data as Float32Array).length / (most * batch);
        for (const [i, functional] of one.entries()) {
          if (functional?.kind !== 'weights' || functional.output !== name) continue;
          const { weights, scale = 1 } = functional;
          if (weights.length !== size) {
            throw new RangeError(`"${name}" has ${size} values an image, and ${weights.length} weights were given`);
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
    if (activation === undefined) throw new UserError(`The model has no activation "${name}".`);
    return activation;
  }

  #activationRows(
    results: Readonly<Record<string, RuntimeTensor>>,
    { value, channelsFirst }: Activation,
    batch: number,
  ): Float32Array[] {
    const { dims } = results[value] as RuntimeTensor;
    const data = floatsOf(results, value);
    const size = data.length / batch;
    return Array.from({ length: batch }, (_, i) => {
      const row = data.slice(i * size, (i + 1) * size);
      return channelsFirst ? toChannelsLast(row, dims.slice(1)) : row;
    });
  }
}

function isOfLogits(functional: Functional): boolean {
  return functional.kind !== 'weights' || functional.output === 'logits';
}

function floatsOf(results: Readonly<Record<string, RuntimeTensor>>, name: string): Float32Array {
  return results[name]?.data as Float32Array;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/** Values with channels last, as they are with channels first. @param dims of the result: channels, then places. */
function toChannelsFirst(values: Float32Array, [channels = 1, ...places]: readonly number[]): Float32Array {
  return exchanged(values, elementCount(places), channels);
}

/** @param dims of the values: channels, then places. */
function toChannelsLast(values: Float32Array, [channels = 1, ...places]: readonly number[]): Float32Array {
  return exchanged(values, channels, elementCount(places));
}

/** A matrix of so many rows and columns, transposed. */
function exchanged(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[column * rows + row] = values[row * columns + column] as number;
    }
  }
  return result;
}
