import { sample } from '../../data/sample.ts';
import type { DifferentiableClassifier } from '../../models/classifier.ts';
import { probeImages } from '../../models/probeImages.ts';
import type { Parameter } from '../../parameters/parameter.ts';
import { UserError } from '../../userError.ts';
import type { DetectorExamples } from './detectorDefinition.ts';
import { chooseActivation, damaged, openActivations, type Spread, spreadOf } from './lateActivations.ts';
import { logisticRegression } from './logisticRegression.ts';

/** Fewer clean or adversarial examples are too few to weight layers by. */
const fewestExamples = 8;

/** The number of images on which values show whether an activation repeats the one before it. */
const probes = 4;
const rounding = 1e-5;

/** One late layer, standardized on clean images, or all layers, weighted to tell adversarial examples apart. */
export type Layers = 'late' | 'all';

/** @param paper where the paper says that all layers are used. */
export function layersParameter(paper: string): Parameter<Layers> {
  return {
    description:
      'Which layers to use if `activations` is empty: one late layer (`late`), or the last layer of each stage of the network (`all`). With `all`, a logistic regression on clean images and on adversarial examples of its attacks weights the layers.',
    schema: { type: 'string', enum: ['late', 'all'] },
    quick: { value: 'late', text: '`late`', source: 'Perturb: needs no adversarial examples' },
    paper: { value: 'all', text: '`all`', source: paper },
  };
}

/**
 * The last activation of each stage of a network, in order: one for each number of positions among those with
 * positions, [height, width, channels], and one for each size among the others. Logits are left out if there is
 * another, as is whatever adds nothing new: a flattened activation, or its mean over all positions.
 * @param mostFeatures activations with more are left out (one feature per channel, see `openActivations`).
 */
export async function chooseLayers(classifier: DifferentiableClassifier, mostFeatures = Infinity): Promise<string[]> {
  // The first is the image.
  const names = classifier.activations.slice(1);
  const { shapes } = await classifier.read([], names);
  const product = (shape: readonly number[]) => shape.reduce((size, length) => size * length, 1);
  const stages = new Map<string, string>();
  let withPlaces = 0;
  for (const [i, name] of names.entries()) {
    const shape = shapes[i] as readonly number[];
    const features = shape.at(-1) ?? 1;
    const isVector = product(shape) === features;
    if (!isVector) withPlaces = product(shape);
    if (features < 2 || features > mostFeatures) continue;
    if (isVector && (features === withPlaces || features === classifier.classes.length)) continue;
    const stage = isVector ? `vector of ${features}` : `${product(shape) / features} places`;
    stages.delete(stage);
    stages.set(stage, name);
  }
  if (stages.size === 0) return ['logits'];
  const chosen = [...stages.values()];
  const late = await openActivations(classifier, chosen);
  const features = await late.read(probeImages(classifier.input, probes));
  // The activation before it is averaged over all positions anyway.
  const repeats = (k: number) =>
    features.every((row) => row[k]?.every((value, i) => Math.abs(value - (row[k - 1]?.[i] ?? Infinity)) < rounding));
  return chosen.filter((_, k) => k === 0 || !repeats(k));
}

/** The activations that a detector uses if none are named. @param mostFeatures as `chooseLayers` has it. */
export async function namesOfLayers(
  classifier: DifferentiableClassifier,
  layers: Layers,
  mostFeatures?: number,
): Promise<string[]> {
  return layers === 'all' ? chooseLayers(classifier, mostFeatures) : [await chooseActivation(classifier)];
}

/** How the scores of layers are combined. */
export interface Weighing {
  readonly spreads: readonly Spread[];
  readonly weights: readonly number[];
}

/**
 * Two thirds of the clean images, to fit layers to, and the others with their adversarial examples, to weight layers
 * by: near an image that it was fitted to, a layer sees nothing odd.
 */
export function setAside({ clean, adversarial }: DetectorExamples, seed: number) {
  const places = sample([...clean.keys()], (i) => clean[i]?.label, Math.ceil((2 * clean.length) / 3), seed);
  const fitted = new Set(places);
  return {
    fitting: clean.filter((_, i) => fitted.has(i)),
    rest: clean.filter((_, i) => !fitted.has(i)),
    made: adversarial.filter(({ original }) => !fitted.has(original)),
  };
}

/** The distribution of each layer's scores. @param rows for each image the score of each layer; at least one. */
export function spreadsOf(rows: readonly (readonly number[])[]): Spread[] {
  return (rows[0] ?? []).map((_, k) => spreadOf(rows.map((row) => row[k] as number)));
}

/**
 * Weights layers by a logistic regression on their scores, standardized on clean images.
 * @param clean for each image the score of each layer.
 * @throws UserError if there are too few of either.
 */
export function weighLayers(clean: readonly (readonly number[])[], adversarial: typeof clean): Weighing {
  if (clean.length < fewestExamples || adversarial.length < fewestExamples) {
    throw new UserError(
      `To weight its layers, the detector needs at least ${fewestExamples} clean images that it was not fitted to, and as many adversarial examples of them; there are ${clean.length} and ${adversarial.length}. Give it more images or attacks that succeed, or set "layers" to "late".`,
    );
  }
  const spreads = spreadsOf(clean);
  const standardized = [...clean, ...adversarial].map((row) =>
    row.map((score, k) => (score - (spreads[k] as Spread).mean) / (spreads[k] as Spread).std),
  );
  const { weights } = logisticRegression(
    standardized,
    standardized.map((_, i) => i >= clean.length),
  );
  return { spreads, weights };
}

/**
 * The weights of layers in a detector's state: ones if it was fitted without weighting them.
 * @throws UserError when there is not one for each layer.
 */
export function weightsIn(values: Readonly<Record<string, unknown>>, count: number): number[] {
  const { weights = Array(count).fill(1) } = values;
  const fits = Array.isArray(weights) && weights.length === count && weights.every(Number.isFinite);
  if (!fits) throw damaged('it has no valid layer weights');
  return weights;
}
