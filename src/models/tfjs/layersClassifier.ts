import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { ImageShape } from '../../data/image.ts';
import { sizeOf } from '../../data/image.ts';
import { UserError } from '../../userError.ts';
import { checkClassCount } from '../classCount.ts';
import type { Activations, Batch, DifferentiableClassifier, Logits, Pullback } from '../classifier.ts';
import { assumedClassNames } from '../classNames.ts';
import { type Functional, seed } from '../functional.ts';
import { missingActivation } from '../missingActivation.ts';
import type { Preprocessing } from '../preprocessing.ts';
import { probeImages } from '../probeImages.ts';
import { type Entry, Network } from './operations/network.ts';
import { scalePixels, throughScaling } from './operations/pixelScaling.ts';
import { scoped } from './scoped.ts';

/** Memory that a batch's intermediate values may take, in bytes; larger batches are slower, not faster. */
const batchMemory = 64 * 2 ** 20;
const largestBatch = 16;
/** Relative to the largest logit: larger differences are not rounding errors. */
const rounding = 1e-3;

/** What a classifier on TensorFlow.js knows about its model. */
export interface LayersOptions {
  readonly input: ImageShape;
  readonly preprocessing: Preprocessing;
  /** Names of the classes; numbers if missing. */
  readonly classes?: readonly string[];
}

/**
 * A layers model as a classifier on TensorFlow.js, which must have been started.
 * @param notes receives the decisions made for the model.
 * @throws UserError when the model is not a classifier, or has another number of classes.
 */
export function toLayersClassifier(
  model: tfl.LayersModel,
  { input, preprocessing, classes }: LayersOptions,
  engine: string,
  notes: string[] = [],
): DifferentiableClassifier & { dispose(): void } {
  const network = new Network(model);
  const dims = (model.inputs[0]?.shape ?? []).slice(1) as number[];
  const { count, bytes } = probe(network, dims);
  if (count < 2) {
    throw new UserError(
      `The model gives ${count} number per image. On TensorFlow.js, Perturb needs a score for each of two or more classes.`,
    );
  }
  checkClassCount(count, classes);
  const traits = {
    input,
    dims,
    preprocessing,
    engine,
    classes: classes ?? assumedClassNames(count, notes),
  };
  const batchSize = Math.max(1, Math.min(largestBatch, Math.floor(batchMemory / bytes)));
  const classifier = new LayersClassifier(network, { ...traits, batchSize });
  if (batchSize === 1 || classifier.keepsImagesApart()) return classifier;
  notes.push('images are run one at a time: images of a batch influence one another');
  return new LayersClassifier(network, { ...traits, batchSize: 1 });
}

/** Runs the network once: the number of classes, and the bytes that one image's intermediate values take. */
function probe(network: Network, dims: readonly number[]): { count: number; bytes: number } {
  return tf.tidy(() => {
    const values = network.forward(tf.zeros([1, ...dims]));
    const bytes = values.reduce((sum, value) => sum + 4 * (value?.size ?? 0), 0);
    return { count: values[network.logits]?.size ?? 0, bytes };
  });
}

interface Traits {
  readonly input: ImageShape;
  readonly classes: readonly string[];
  readonly engine: string;
  readonly batchSize: number;
  readonly preprocessing: Preprocessing;
  /** Of one image in the model's shape. */
  readonly dims: readonly number[];
}

class LayersClassifier implements DifferentiableClassifier {
  readonly input: ImageShape;
  readonly classes: readonly string[];
  readonly engine: string;
  readonly batchSize: number;
  readonly activations: readonly string[];
  readonly #network: Network;
  readonly #preprocessing: Preprocessing;
  readonly #dims: readonly number[];

  constructor(network: Network, traits: Traits) {
    this.#network = network;
    this.#preprocessing = traits.preprocessing;
    this.#dims = traits.dims;
    this.input = traits.input;
    this.classes = traits.classes;
    this.engine = traits.engine;
    this.batchSize = traits.batchSize;
    this.activations = [...network.outputOf.keys()];
  }

  async logits(images: Batch): Promise<Logits> {
    return this.batchSize > 1 ? this.#logits(images) : images.flatMap((image) => this.#logits([image]));
  }

  #logits(images: Batch): Logits {
    return scoped(() => this.#rows(this.#network.logitsOf(this.#preprocess(images))));
  }

  /** Whether different images in a batch give the same answers as each alone, up to rounding. */
  keepsImagesApart(): boolean {
    const images = probeImages(this.input, Math.min(4, this.batchSize));
    const together = this.#logits(images);
    return images.every((image, i) => {
      const alone = this.#logits([image])[0] as Float32Array;
      const largest = alone.reduce((most, value) => Math.max(most, Math.abs(value) || 0), 0);
      return alone.every((value, k) => {
        const found = together[i]?.[k] as number;
        return Object.is(found, value) || Math.abs(found - value) <= rounding * largest;
      });
    });
  }

  async read(images: Batch, names: readonly string[]): Promise<Activations> {
    const nodes = names.map((name) => this.#nodeOf(name));
    const values: Float32Array[][] = [];
    let shapes: number[][] = [];
    // At least once, for the shapes; kernels need not handle an empty batch.
    for (let from = 0; from === 0 || from < images.length; from += this.batchSize) {
      scoped(() => {
        const part = images.slice(from, from + this.batchSize);
        const shown = part.length > 0 ? part : [new Float32Array(sizeOf(this.input))];
        const outputs = this.#network.forward(this.#preprocess(shown));
        const read = nodes.map((node) => outputs[node] as tf.Tensor);
        shapes = read.map(({ shape }) => shape.slice(1));
        const data = read.map((tensor) => tensor.dataSync() as Float32Array);
        values.push(...part.map((_, i) => data.map((all) => rowOf(all, i, shown.length))));
      });
    }
    return { shapes, values };
  }

  async pullback(images: Batch, functionals: readonly (readonly Functional[])[]): Promise<Pullback> {
    if (this.batchSize > 1 || images.length === 1) return this.#pullback(images, functionals);
    const parts = images.map((image, i) => this.#pullback([image], functionals.slice(i, i + 1)));
    return {
      logits: parts.flatMap(({ logits }) => logits),
      values: parts.flatMap(({ values }) => values),
      gradients: parts.flatMap(({ gradients }) => gradients),
    };
  }

  #pullback(images: Batch, functionals: readonly (readonly Functional[])[]): Pullback {
    return scoped(() => {
      const outputs = this.#network.forward(this.#preprocess(images));
      const logits = this.#rows(outputs[this.#network.logits] as tf.Tensor);
      const values: number[][] = images.map(() => []);
      const gradients: Float32Array[][] = images.map(() => []);
      const most = Math.max(...functionals.map(({ length }) => length));
      for (let k = 0; k < most; k++) {
        const own = functionals.map((list) => list[k]);
        const { entries, values: results } = this.#seeds(own, logits, outputs);
        const pixels = throughScaling(
          tf.reshape(this.#network.backward(outputs, entries), this.#imageDims(images.length)),
          this.#preprocessing,
        ).dataSync() as Float32Array;
        const size = sizeOf(this.input);
        for (const [i, functional] of own.entries()) {
          if (functional === undefined) continue;
          values[i]?.push(results[i] as number);
          gradients[i]?.push(pixels.slice(i * size, (i + 1) * size));
        }
      }
      return { logits, values, gradients };
    });
  }

  dispose(): void {
    this.#network.dispose();
  }

  /** Values of one functional per image, and the gradients that enter the backward pass for them. */
  #seeds(
    functionals: readonly (Functional | undefined)[],
    logits: Logits,
    outputs: readonly (tf.Tensor | undefined)[],
  ) {
    const seeds = new Map<number, Float32Array>();
    const values = functionals.map((functional, i) => {
      if (functional === undefined) return undefined;
      const { node, value, gradient } =
        functional.kind === 'weights'
          ? this.#weigh(functional, i, outputs)
          : { node: this.#network.logits, ...seed(functional, logits[i] as Float32Array) };
      const all = seeds.get(node) ?? new Float32Array(outputs[node]?.size ?? 0);
      seeds.set(node, all);
      all.set(gradient, i * gradient.length);
      return value;
    });
    const entries: Entry[] = [...seeds].map(([node, data]) => ({
      node,
      gradient: tf.tensor(data, (outputs[node] as tf.Tensor).shape),
    }));
    return { entries, values };
  }

  #weigh(
    { output, weights, scale = 1 }: Extract<Functional, { kind: 'weights' }>,
    image: number,
    outputs: readonly (tf.Tensor | undefined)[],
  ) {
    const node = this.#nodeOf(output);
    const data = (outputs[node] as tf.Tensor).dataSync();
    const size = data.length / (outputs[node]?.shape[0] ?? 1);
    if (weights.length !== size) {
      throw new RangeError(`"${output}" has ${size} values per image, but ${weights.length} weights were given`);
    }
    let value = 0;
    for (let i = 0; i < size; i++) value += (weights[i] as number) * (data[image * size + i] as number);
    return { node, value: scale * value, gradient: weights.map((weight) => scale * weight) };
  }

  #nodeOf(output: string): number {
    const node = output === 'logits' ? this.#network.logits : this.#network.outputOf.get(output);
    if (node === undefined) throw missingActivation(output, this.activations);
    return node;
  }

  #preprocess(images: Batch): tf.Tensor {
    const size = sizeOf(this.input);
    const data = new Float32Array(images.length * size);
    for (const [i, image] of images.entries()) data.set(image, i * size);
    const pixels = tf.tensor4d(data, this.#imageDims(images.length));
    return tf.reshape(scalePixels(pixels, this.#preprocessing), [images.length, ...this.#dims]);
  }

  #imageDims(count: number): [number, number, number, number] {
    const { height, width, channels } = this.input;
    return [count, height, width, channels];
  }

  /** Reads logits [N, …] as N rows. */
  #rows(logits: tf.Tensor): Logits {
    const data = logits.dataSync() as Float32Array;
    const size = this.classes.length;
    return Array.from({ length: data.length / size }, (_, i) => data.slice(i * size, (i + 1) * size));
  }
}

/** The part of image i. */
function rowOf(data: Float32Array, i: number, count: number): Float32Array {
  const size = data.length / count;
  return data.slice(i * size, (i + 1) * size);
}
