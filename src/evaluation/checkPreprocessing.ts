import type { ImageShape, Pixels } from '../data/image.ts';
import { type LabeledFile, listExamples, readImages } from '../data/loadExamples.ts';
import { type Fit, fitTo, stretching } from '../data/resizing.ts';
import type { DatasetSource } from '../data/source.ts';
import type { Classifier } from '../models/classifier.ts';
import { argmax, softmax } from '../models/functional.ts';
import {
  noPreprocessing,
  type Preprocessing,
  type PreprocessingSettings,
  preprocess,
  resolvePreprocessing,
} from '../models/preprocessing.ts';
import type { ModelSource } from '../models/source.ts';
import { UserError } from '../userError.ts';

/** What is to be checked: whether a model is preprocessed as it was trained. */
export interface PreprocessingRequest {
  readonly model: ModelSource;
  /** It must have labels. */
  readonly dataset: DatasetSource;
  /** Draws the images. */
  readonly seed: number;
}

/** One way to preprocess images, and how the model does with it. */
export interface CheckedConvention {
  /** What people call it; missing where only these settings have it. */
  readonly title?: string;
  /** What `preprocessing` in the settings must be for it; missing where it is that already. */
  readonly settings?: PreprocessingSettings;
  readonly preprocessing: Preprocessing;
  /** In pixels. */
  readonly resizing: Fit;
  /** True for the one that the settings have now. */
  readonly current: boolean;
  /** How many of the images are classified right, and that as a fraction. */
  readonly correct: number;
  readonly accuracy: number;
  /** Mean softmax probability of the predicted class, from 0 to 1. */
  readonly confidence: number;
}

/** The conventions, the best first. */
export interface PreprocessingCheck {
  /** How many images were classified. */
  readonly images: number;
  /** The images that the model takes. */
  readonly input: ImageShape;
  readonly conventions: readonly CheckedConvention[];
}

/** What a check needs beside its request. */
export interface CheckOptions {
  /** Opens a model as its source says. */
  open(source: ModelSource): Promise<Classifier>;
  readonly signal?: AbortSignal;
  /** Called with the number of conventions that were tried, of `total`. */
  onProgress?(done: number, total: number): void;
}

/** Enough to tell conventions apart: a wrong one costs most of the accuracy. */
const mostImages = 32;

/** A difference of accuracies that says nothing: one image of a sample. */
const nearTie = 1 / 30;

/** Images smaller than this are not cut: nobody resizes them first. */
const smallestCut = 64;

/**
 * Classifies a sample of a dataset after each of the usual ways to preprocess images.
 * @throws UserError for a dataset without labels, an image that cannot be read, or a label that is no class of the model.
 */
export async function checkPreprocessing(
  { model, dataset, seed }: PreprocessingRequest,
  { open, signal, onProgress = () => {} }: CheckOptions,
): Promise<PreprocessingCheck> {
  if (model.enrolled) {
    throw new UserError(
      `Ways to preprocess images cannot be compared for "${model.name}": its classes are its enrolled images, which change with them. Compare them for the classifier that it was trained as, if there is one.`,
    );
  }
  // Opened once, without preprocessing: that is done here, as each convention has it.
  const classifier = await open({ ...model, preprocessing: noPreprocessing });
  const files = await drawFiles(dataset, classifier, seed);
  const candidates = candidatesFor(model, classifier.input);
  const checked: CheckedConvention[] = [];
  let count = files.length;
  onProgress(0, candidates.length);
  for (const group of byResizing(candidates)) {
    const reading = { shape: classifier.input, resizing: group[0]?.resizing, ...(signal && { signal }) };
    const { images } = await readImages(files, dataset, reading, (image) => image);
    count = images.length;
    for (const candidate of group) {
      const seen = images.map(({ pixels, label }) => ({
        pixels: preprocess(pixels, classifier.input.channels, candidate.preprocessing),
        label,
      }));
      const score = await judge(classifier, seen, signal);
      checked.push({ ...candidate, ...score });
      onProgress(checked.length, candidates.length);
    }
  }
  return { images: count, input: classifier.input, conventions: ranked(checked) };
}

/**
 * The best first: by accuracy, then by confidence. One image in 30 more is no reason to take blue for red: of those that
 * are as near to the best, the ones with the usual order of channels come first.
 */
function ranked(checked: readonly CheckedConvention[]): readonly CheckedConvention[] {
  const sorted = checked.toSorted((a, b) => b.correct - a.correct || b.confidence - a.confidence);
  const best = sorted[0]?.accuracy ?? 0;
  const isUsual = ({ accuracy, preprocessing }: CheckedConvention) =>
    accuracy >= best - nearTie && preprocessing.channels === 'rgb';
  return [...sorted.filter(isUsual), ...sorted.filter((each) => !isUsual(each))];
}

async function drawFiles(
  dataset: DatasetSource,
  { classes: classNames }: Classifier,
  seed: number,
): Promise<readonly LabeledFile[]> {
  if (dataset.labels === 'predictions') {
    throw new UserError(
      `The dataset "${dataset.name}" has no labels, so nobody knows which predictions are right. Sort the images of ${dataset.path} into one folder per class, or give the dataset a .csv file of labels.`,
    );
  }
  const limit = Math.min(mostImages, dataset.limit ?? mostImages);
  return (await listExamples({ dataset: { ...dataset, limit, sampling: 'even' }, classNames, seed })).files;
}

type UncheckedConvention = Omit<CheckedConvention, 'correct' | 'accuracy' | 'confidence'>;

/** A convention as it would stand in the settings. */
interface Convention {
  readonly title: string;
  readonly settings: PreprocessingSettings;
}

const anyColor: readonly Convention[] = [
  { title: '[0, 1]', settings: { mean: 0, std: 1 } },
  { title: '[0, 255]', settings: { mean: 0, std: 1 / 255 } },
  { title: '[−1, 1]', settings: 'tf' },
];

const grayOnly: readonly Convention[] = [{ title: 'MNIST', settings: { mean: 0.1307, std: 0.3081 } }];

const rgbOnly: readonly Convention[] = [
  { title: 'ImageNet', settings: 'imagenet' },
  { title: 'ImageNet, BGR', settings: { preset: 'imagenet', channels: 'bgr' } },
  { title: 'Caffe', settings: 'caffe' },
  { title: 'CLIP', settings: 'clip' },
];

/** The one of the settings, and the usual ones that differ for this model. */
function candidatesFor(
  { preprocessing = noPreprocessing, resizing = stretching }: ModelSource,
  input: ImageShape,
): UncheckedConvention[] {
  const own = { preprocessing, resizing: fitTo(input, resizing), current: true };
  const candidates = new Map<string, UncheckedConvention>([[keyOf(own, input), own]]);
  for (const { title, settings } of conventionsFor(input)) {
    const resolved = resolvePreprocessing(settings);
    const candidate = { ...resolved, resizing: fitTo(input, resolved.resizing), current: false, title, settings };
    const key = keyOf(candidate, input);
    const same = candidates.get(key);
    if (same === undefined) candidates.set(key, candidate);
    else if (same === own) candidates.set(key, { ...own, title });
  }
  return [...candidates.values()];
}

function conventionsFor({ height, width, channels }: ImageShape): Convention[] {
  const colors = [...anyColor, ...(channels === 1 ? grayOnly : rgbOnly)];
  const isCut = Math.min(height, width) >= smallestCut;
  return colors.flatMap(({ title, settings }) => {
    const values = typeof settings === 'string' ? { preset: settings } : settings;
    const cuts = resolvePreprocessing(settings).resizing.resize !== 'stretch';
    const stretched = { title, settings: cuts ? ({ ...values, resize: 'stretch' } as const) : settings };
    if (!isCut) return [stretched];
    return [stretched, { title, settings: cuts ? settings : { ...values, ...cutLike(height, width) } }];
  });
}

/** What torchvision's classifiers do, for conventions that say nothing of it. */
function cutLike(height: number, width: number) {
  const { resizing } = resolvePreprocessing('imagenet');
  const { resize, interpolation } = fitTo({ height, width, channels: 3 }, resizing);
  return { resize, interpolation };
}

/** Equal for conventions that give a model the same numbers, but for interpolation, which decides little. */
function keyOf(
  { preprocessing, resizing }: Pick<UncheckedConvention, 'preprocessing' | 'resizing'>,
  { channels }: ImageShape,
) {
  const { mean, std } = preprocessing;
  const numbers = [mean, std].map((list) => list.slice(0, channels).map((value) => value.toPrecision(6)));
  return JSON.stringify([numbers, channels === 3 && preprocessing.channels, resizing.resize]);
}

/** Conventions that read images alike, together: each file is then decoded once for all of them. */
function byResizing(candidates: readonly UncheckedConvention[]): (readonly UncheckedConvention[])[] {
  const groups = new Map<string, UncheckedConvention[]>();
  for (const candidate of candidates) {
    const key = JSON.stringify(candidate.resizing);
    groups.set(key, [...(groups.get(key) ?? []), candidate]);
  }
  return [...groups.values()];
}

async function judge(
  classifier: Classifier,
  images: readonly { readonly pixels: Pixels; readonly label?: number | undefined }[],
  signal: AbortSignal | undefined,
): Promise<Pick<CheckedConvention, 'correct' | 'accuracy' | 'confidence'>> {
  let correct = 0;
  let confidences = 0;
  for (let start = 0; start < images.length; start += classifier.batchSize) {
    signal?.throwIfAborted();
    const rows = await classifier.logits(images.slice(start, start + classifier.batchSize).map(({ pixels }) => pixels));
    for (const [i, row] of rows.entries()) {
      // A convention that drives the model out of the numbers is wrong, and nothing more.
      if (!row.every(Number.isFinite)) continue;
      const predicted = argmax(row);
      confidences += softmax(row)[predicted] as number;
      if (predicted === images[start + i]?.label) correct++;
    }
  }
  return { correct, accuracy: correct / images.length, confidence: confidences / images.length };
}
