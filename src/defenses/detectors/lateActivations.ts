import { type Pixels, sizeOf } from '../../data/image.ts';
import { accumulate } from '../../geometry/vector.ts';
import type { Batch, DifferentiableClassifier } from '../../models/classifier.ts';
import type { Parameter } from '../../parameters/parameter.ts';
import { UserError } from '../../userError.ts';
import type { Detector } from './detector.ts';
import type { FittingContext, NamedArray } from './detectorDefinition.ts';

/** What is read for one image: the features of each activation. */
export type Features = readonly Float32Array[];

/** A score of one image's features, with its gradient for each activation. */
export interface Scored {
  readonly score: number;
  gradients(): Features;
}

/** Activations that a detector uses. */
export interface LateActivations {
  readonly names: readonly string[];
  /** The number of features of each. */
  readonly sizes: readonly number[];
  /** The features of each image. Processes the images in batches. */
  read(images: Batch): Promise<Features[]>;
  /** Gradients with respect to the images, from those with respect to the features of each image. */
  pullback(images: Batch, gradients: readonly Features[]): Promise<Float32Array[]>;
}

/** In a large network, only the end is searched. */
const lookedThrough = 24;
const probes = 4;

export const activationsParameter: Parameter<readonly string[]> = {
  description: 'Names of the activations to use; if empty, the detector chooses a late one.',
  schema: { type: 'array', items: { type: 'string' }, uniqueItems: true },
  quick: { value: [], text: 'chosen automatically', source: 'the last one before the logits' },
};

/**
 * The last activation before the logits: neither of the logits' size, nor an earlier one in another shape. The logits
 * if there is no other.
 * @param relu to look for the last one that is sometimes zero and never negative; any if there is none.
 */
export async function chooseActivation(classifier: DifferentiableClassifier, relu = false): Promise<string> {
  // The first is the image.
  const names = classifier.activations.slice(1).slice(-lookedThrough);
  const images = Array.from({ length: probes }, (_, seed) => pattern(sizeOf(classifier.input), seed + 1));
  const { values } = await classifier.read(images, names);
  const valuesOf = (k: number) => values.map((row) => row[k] as Float32Array);
  const candidates = names.flatMap((name, k) => {
    const own = valuesOf(k);
    const size = own[0]?.length ?? 0;
    return size > 1 && size !== classifier.classes.length ? [{ name, own }] : [];
  });
  const rectified = relu ? candidates.filter(({ own }) => own.every(isRectified)) : [];
  const suited = rectified.length > 0 ? rectified : candidates;
  let chosen = suited.at(-1);
  for (const candidate of suited.toReversed()) {
    if (chosen === undefined || !areEqual(chosen.own, candidate.own)) break;
    chosen = candidate;
  }
  return chosen?.name ?? 'logits';
}

/**
 * Opens activations by name. Those with positions, [height, width, channels], are averaged over these, giving one
 * feature per channel (Lee et al. 2018, section 2.2).
 * @param average false to use every value as a feature.
 * @throws UserError for a name that the model does not have.
 */
export async function openActivations(
  classifier: DifferentiableClassifier,
  names: readonly string[],
  average = true,
): Promise<LateActivations> {
  const { shapes } = await classifier.read([], names);
  const layouts = shapes.map((shape) => {
    const values = shape.reduce((product, size) => product * size, 1);
    const features = average && shape.length > 1 ? (shape.at(-1) as number) : values;
    return { features, places: values / features };
  });
  const inBatches = async <T>(count: number, work: (from: number, to: number) => Promise<T[]>): Promise<T[]> => {
    const all: T[] = [];
    for (let from = 0; from < count; from += classifier.batchSize) {
      all.push(...(await work(from, Math.min(count, from + classifier.batchSize))));
    }
    return all;
  };
  return {
    names,
    sizes: layouts.map(({ features }) => features),
    read: (images) =>
      inBatches(images.length, async (from, to) => {
        const { values } = await classifier.read(images.slice(from, to), names);
        return values.map((row) =>
          row.map((data, k) =>
            layouts[k]?.places === 1 ? data : meanOverPlaces(data, layouts[k]?.features as number),
          ),
        );
      }),
    pullback: (images, gradients) =>
      inBatches(images.length, async (from, to) => {
        const functionals = gradients.slice(from, to).map((row) =>
          names.map((output, k) => {
            const places = layouts[k]?.places as number;
            return {
              kind: 'weights',
              output,
              weights: repeated(row[k] as Float32Array, places),
              scale: 1 / places,
            } as const;
          }),
        );
        const back = await classifier.pullback(images.slice(from, to), functionals);
        return back.gradients.map((parts) => sumOf(parts, sizeOf(classifier.input)));
      }),
  };
}

/** The features of examples, reporting progress. */
export async function readAll(
  late: LateActivations,
  examples: readonly { readonly pixels: Pixels }[],
  { classifier, signal, onProgress }: FittingContext,
): Promise<Features[]> {
  const all: Features[] = [];
  for (let from = 0; from < examples.length; from += classifier.batchSize) {
    signal.throwIfAborted();
    const part = examples.slice(from, from + classifier.batchSize);
    all.push(...(await late.read(part.map(({ pixels }) => pixels))));
    onProgress(all.length / examples.length);
  }
  return all;
}

/** A detector whose score is a function of activations. */
export function activationDetector(late: LateActivations, scoreOf: (features: Features) => Scored): Detector {
  return {
    async score(images) {
      return (await late.read(images)).map((features) => scoreOf(features).score);
    },
    async pullback(images) {
      const scored = (await late.read(images)).map(scoreOf);
      return {
        scores: scored.map(({ score }) => score),
        gradients: await late.pullback(
          images,
          scored.map((one) => one.gradients()),
        ),
      };
    },
  };
}

/** A score of one activation's features, and its gradient with respect to them. */
export type FeatureScore = (features: Float32Array) => { readonly value: number; gradient(): Float32Array };

/** The distribution of one activation's scores on clean images. */
export interface Spread {
  readonly mean: number;
  readonly std: number;
}

/** @param scores at least one. A standard deviation of zero counts as one. */
export function spreadOf(scores: readonly number[]): Spread {
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / scores.length;
  return { mean, std: Math.sqrt(variance) || 1 };
}

/**
 * The weighted sum of the scores of several activations, each standardized on clean images.
 * @param weights one for each activation; if all are 1, no adversarial examples are needed.
 */
export function sumOfStandardized(
  scores: readonly FeatureScore[],
  spreads: readonly Spread[],
  weights: readonly number[] = spreads.map(() => 1),
): (features: Features) => Scored {
  return (features) => {
    const scored = scores.map((scoreOf, k) => scoreOf(features[k] as Float32Array));
    const factors = spreads.map(({ std }, k) => (weights[k] as number) / std);
    return {
      score: scored.reduce(
        (sum, { value }, k) => sum + (value - (spreads[k] as Spread).mean) * (factors[k] as number),
        0,
      ),
      gradients: () => scored.map(({ gradient }, k) => gradient().map((g) => g * (factors[k] as number))),
    };
  };
}

/** Says that the state of a detector is invalid. */
export function damaged(what: string): UserError {
  return new UserError(`The detector is damaged: ${what}. Train it again.`);
}

/**
 * The names of the activations in a detector's state.
 * @throws UserError when there are none.
 */
export function namesIn(values: Readonly<Record<string, unknown>>): string[] {
  const { activations } = values;
  if (!Array.isArray(activations) || activations.length === 0 || activations.some((name) => typeof name !== 'string')) {
    throw damaged('it does not name its activations');
  }
  return activations;
}

/**
 * An array of a detector's state.
 * @param shape that it must have; −1 means any size above zero.
 * @throws UserError when it is missing, of another shape, or has a number that is not finite.
 */
export function arrayIn(
  arrays: Readonly<Record<string, NamedArray>>,
  name: string,
  shape: readonly number[],
): NamedArray {
  const array = arrays[name];
  if (array === undefined) throw damaged(`"${name}" is missing`);
  const fits =
    array.shape.length === shape.length &&
    shape.every((size, axis) => (size === -1 ? (array.shape[axis] as number) > 0 : array.shape[axis] === size)) &&
    array.data.length === array.shape.reduce((product, size) => product * size, 1);
  if (!fits) {
    const wanted = shape.map((size) => (size === -1 ? 'any' : size)).join(', ');
    throw damaged(`"${name}" is [${array.shape.join(', ')}], but the model needs [${wanted}]`);
  }
  if (!array.data.every(Number.isFinite)) throw damaged(`"${name}" has numbers that are not finite`);
  return array;
}

/**
 * The spread of each activation's score in a detector's state.
 * @throws UserError when there is not one for each.
 */
export function spreadsIn(values: Readonly<Record<string, unknown>>, count: number): Spread[] {
  const spreads = values.spreads as Spread[] | undefined;
  const fits =
    Array.isArray(spreads) &&
    spreads.length === count &&
    spreads.every((spread) => Number.isFinite(spread?.mean) && spread?.std > 0);
  if (!fits) throw damaged('it has no valid distribution of scores on clean images');
  return spreads;
}

/** Values in [0, 1] that never repeat. */
function pattern(size: number, seed: number): Float32Array {
  return Float32Array.from({ length: size }, (_, i) => 0.5 + 0.5 * Math.sin((i + 1) * (12.9898 + seed)));
}

function isRectified(values: Float32Array): boolean {
  return values.includes(0) && values.every((value) => value >= 0);
}

/** True if they hold the same numbers in any order, as with a flattened activation. */
function areEqual(a: readonly Float32Array[], b: readonly Float32Array[]): boolean {
  return a.every((values, i) => {
    const other = b[i] as Float32Array;
    if (values.length !== other.length) return false;
    const sorted = other.toSorted();
    return values.toSorted().every((value, at) => value === sorted[at]);
  });
}

function meanOverPlaces(values: Float32Array, channels: number): Float32Array {
  const sums = new Float64Array(channels);
  for (let i = 0; i < values.length; i++) sums[i % channels] = (sums[i % channels] as number) + (values[i] as number);
  return Float32Array.from(sums, (sum) => (sum * channels) / values.length);
}

function repeated(values: Float32Array, times: number): Float32Array {
  if (times === 1) return values;
  const result = new Float32Array(values.length * times);
  for (let i = 0; i < times; i++) result.set(values, i * values.length);
  return result;
}

function sumOf(parts: readonly Float32Array[], size: number): Float32Array {
  const sum = new Float64Array(size);
  for (const part of parts) accumulate(sum, part, 1);
  return new Float32Array(sum);
}
