import { sizeOf } from '../../../data/image.ts';
import type { Activations, Batch, DifferentiableClassifier, Pullback } from '../../classifier.ts';
import { type Functional, functionalValue } from '../../functional.ts';
import { missingActivation } from '../../missingActivation.ts';
import { activationSeed } from '../gradient/gradientModel.ts';
import { type SeedKind, seedKindOf, seedKinds, writeSeed } from '../gradient/seeds.ts';
import { elementCount } from '../graph/graph.ts';
import { type Activation, activationRows, toChannelsFirst } from './activation.ts';
import type { TimedBatch } from './batchSize.ts';
import { floatsOf, OnnxClassifier } from './onnxClassifier.ts';
import type { RuntimeTensor } from './session.ts';
import type { GraphSession } from './sessions.ts';

/** A graph on ONNX Runtime with a derived gradient. */
export class DifferentiableOnnxClassifier extends OnnxClassifier implements DifferentiableClassifier {
  /** The batch sizes for gradients. */
  #batches: Promise<readonly TimedBatch[]> | undefined;

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

function isOfLogits(functional: Functional): boolean {
  return functional.kind !== 'weights' || functional.output === 'logits';
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
