import { sample } from '../../data/sample.ts';
import type { DifferentiableClassifier } from '../../models/classifier.ts';
import { probeImages } from '../../models/probeImages.ts';
import type { Parameter } from '../../parameters/parameter.ts';
import { UserError } from '../../userError.ts';
import type { DetectorExamples } from './detectorDefinition.ts';
import { chooseActivation, damaged, openActivations, type Spread, spreadOf } from './lateActivations.ts';
import { logisticRegression } from './logisticRegression.ts';

/** Fewer clean or adversarial examples say nothing of how layers are to be weighed. */
const fewestExamples = 8;

/** On so many images an activation that repeats the one before it is known by its values. */
const probes = 4;
const rounding = 1e-5;

/** One late layer, standardized on clean images, or all of them, weighed by what tells adversarial examples apart. */
export type Layers = 'late' | 'all';

/** @param paper where the original looks at all layers. */
export function layersParameter(paper: string): Parameter<Layers> {
  return {
    description:
      'Which layers it looks at, if `activations` names none: one late layer (`late`), or the last of each stage of the network (`all`). With `all`, layers are weighed by a logistic regression on clean images and on the adversarial examples of its attacks.',
    schema: { type: 'string', enum: ['late', 'all'] },
    quick: { value: 'late', text: '`late`', source: 'Perturb: needs no adversarial examples' },
    paper: { value: 'all', text: '`all`', source: paper },
  };
}

/**
 * The last activation of each stage of a network, in their order: of those with places, [height, width, channels], of every
 * number of places, and of those without, of every size. Logits are left out where there is another, and what says nothing
 * new: a flattened activation, or its mean over all places.
 * @param mostFeatures activations with more are left out (a feature a channel, see `openActivations`).
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
  // The mean over all places is what is made of the activation before it anyway.
  const repeats = (k: number) =>
    features.every((row) => row[k]?.every((value, i) => Math.abs(value - (row[k - 1]?.[i] ?? Infinity)) < rounding));
  return chosen.filter((_, k) => k === 0 || !repeats(k));
}

/** The activations that a detector looks at where none are named. @param mostFeatures as `chooseLayers` has it. */
export async function namesOfLayers(
  classifier: DifferentiableClassifier,
  layers: Layers,
  mostFeatures?: number,
): Promise<string[]> {
  return layers === 'all' ? chooseLayers(classifier, mostFeatures) : [await chooseActivation(classifier)];
}

/** How the scores of layers are put together. */
export interface Weighing {
  readonly spreads: readonly Spread[];
  readonly weights: readonly number[];
}

/**
 * Two thirds of the clean images, to fit layers to, and the others with what was made of them, to weigh layers by: near an
 * image that it was fitted to a layer sees nothing odd.
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

/** How the scores of each layer lie. @param rows for each image the score of each layer; at least one. */
export function spreadsOf(rows: readonly (readonly number[])[]): Spread[] {
  return (rows[0] ?? []).map((_, k) => spreadOf(rows.map((row) => row[k] as number)));
}

/**
 * Weighs layers by a logistic regression on their scores, standardized on clean images.
 * @param clean for each image the score of each layer.
 * @throws UserError where there are too few of either.
 */
export function weighLayers(clean: readonly (readonly number[])[], adversarial: typeof clean): Weighing {
  if (clean.length < fewestExamples || adversarial.length < fewestExamples) {
    throw new UserError(
      `To weigh its layers, the detector needs at least ${fewestExamples} clean images that it was not fitted to, and as many adversarial examples of them; here there are ${clean.length} and ${adversarial.length}. Give it more images or attacks that succeed, or set "layers" to "late".`,
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
 * The weights of layers in a detector's state: ones where it was fitted without weighing them.
 * @throws UserError when there is not one for each.
 */
export function weightsIn(values: Readonly<Record<string, unknown>>, count: number): number[] {
  const { weights = Array(count).fill(1) } = values;
  const fits = Array.isArray(weights) && weights.length === count && weights.every(Number.isFinite);
  if (!fits) throw damaged('it does not say how its layers are weighed');
  return weights;
}
