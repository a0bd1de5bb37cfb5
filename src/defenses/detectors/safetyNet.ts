import { sample } from '../../data/sample.ts';
import { UserError } from '../../userError.ts';
import type { DetectorDefinition } from './detectorDefinition.ts';
import {
  activationDetector,
  activationsParameter,
  arrayIn,
  chooseActivation,
  damaged,
  type Features,
  namesIn,
  openActivations,
  readAll,
  type Scored,
} from './lateActivations.ts';
import { separate } from './separation.ts';
import { type SupportVectorSolution, trainSupportVectorMachine } from './supportVectorMachine.ts';

interface SafetyNetParameters {
  readonly activations: readonly string[];
  readonly levels: number;
  readonly sigma: number;
  readonly cost: number;
  readonly examples: number;
  readonly slope: number;
}

/** Widths that cross-validation tries, as fractions of the median distance between codes. */
const triedWidths = [0.25, 0.5, 1, 2];
const folds = 3;
/** More units than this are averaged over positions first: a support vector is as long as its code. */
const mostUnits = 8192;

/**
 * SafetyNet (Lu, Issaranon & Forsyth 2017): late rectified units are quantized, and a support vector machine with a
 * radial basis kernel tells codes of clean images from those of adversarial ones: f(c) = Σ αᵢ yᵢ exp(−‖c − cᵢ‖² / 2σ²)
 * + b. The paper does not state the thresholds and σ: here thresholds are the median, or the quartiles, of each unit on
 * clean images, and σ is the one with the best area under the curve in cross-validation.
 */
export const safetyNet: DetectorDefinition<SafetyNetParameters> = {
  id: 'safety-net',
  title: 'SafetyNet',
  description: 'A support vector machine on quantized late activations, trained to tell clean from adversarial images.',
  source: 'Lu, Issaranon & Forsyth 2017, “SafetyNet: Detecting and Rejecting Adversarial Examples Robustly”, ICCV',
  learnsFrom: 'adversarial',
  surrogate:
    'Each threshold of the quantizer becomes a sigmoid, and the kernel is at least as wide as the median distance to its support vectors: a narrower one is flat almost everywhere and hides the gradient.',
  parameters: {
    activations: {
      ...activationsParameter,
      quick: { ...activationsParameter.quick, source: 'the last rectified one before the logits' },
    },
    levels: {
      description: 'Levels that each unit is quantized to: 2 (binary) or 4 (quaternary).',
      schema: { type: 'integer', enum: [2, 4] },
      quick: { value: 4, text: '4', source: 'Lu et al. 2017, section 3: binary and quaternary codes' },
    },
    sigma: {
      description: 'Width σ of the kernel, in units of the code; 0 finds it by cross-validation.',
      schema: { type: 'number', minimum: 0 },
      quick: { value: 0, text: 'by cross-validation', source: 'Perturb; the paper does not state it' },
    },
    cost: {
      description: 'Cost C of an example on the wrong side; both kinds of examples have the same total weight.',
      schema: { type: 'number', exclusiveMinimum: 0 },
      quick: { value: 10, text: '10', source: 'Perturb; the paper does not state it' },
    },
    examples: {
      description: 'Maximum number of clean images, and of adversarial examples, to learn from.',
      schema: { type: 'integer', minimum: 6 },
      quick: { value: 1000, text: '1000', source: 'Perturb: bounds time and memory' },
    },
    slope: {
      description: 'Width of the sigmoids in the backward pass, as a fraction of the spread of a unit on clean images.',
      schema: { type: 'number', exclusiveMinimum: 0 },
      quick: { value: 0.25, text: '0.25', source: 'Perturb' },
    },
  },

  async fit({ clean, adversarial }, parameters, context) {
    if (clean.length < folds || adversarial.length < folds) {
      throw new UserError(
        `SafetyNet learns from at least ${folds} clean and ${folds} adversarial images; there are ${clean.length} clean and ${adversarial.length} adversarial ones. Give it more images, or an attack that succeeds.`,
      );
    }
    const { classifier, seed, signal } = context;
    const wished = parameters.activations;
    const names = wished.length > 0 ? wished : [await chooseActivation(classifier, true)];
    const every = await openActivations(classifier, names, false);
    const average = sumOf(every.sizes) > mostUnits;
    const late = average ? await openActivations(classifier, names) : every;
    const harmless = sample(clean, ({ label }) => label, parameters.examples, seed);
    const harmful = sample(adversarial, ({ attack }) => attack, parameters.examples, seed);
    // Reading, comparing and training take about as long each.
    const part = (from: number, to: number) => ({
      ...context,
      onProgress: (fraction: number) => context.onProgress(from + fraction * (to - from)),
    });
    const cleanUnits = (await readAll(late, harmless, part(0, 0.2))).map(joined);
    const adversarialUnits = (await readAll(late, harmful, part(0.2, 0.4))).map(joined);
    const units = sumOf(late.sizes);
    const thresholds = thresholdsOf(cleanUnits, units, parameters.levels);
    const codes = [...cleanUnits, ...adversarialUnits].map((one) => codeOf(one, thresholds));
    const labels = codes.map((_, i) => (i < cleanUnits.length ? -1 : 1));
    const distances = squaredDistances(codes, signal, part(0.4, 0.7).onProgress);
    const median = Math.sqrt(medianOf(distances.flatMap((row, i) => Array.from(row.subarray(0, i))))) || 1;
    const widths = parameters.sigma > 0 ? [parameters.sigma] : triedWidths.map((width) => width * median);
    const tried = widths.map((sigma, at) => {
      signal.throwIfAborted();
      part(0.7, 1).onProgress(at / widths.length);
      return {
        sigma,
        auroc: widths.length > 1 ? crossValidated(distances, labels, sigma, parameters.cost) : undefined,
      };
    });
    const { sigma, auroc } = tried.reduce((best, one) => ((one.auroc ?? 0) >= (best.auroc ?? 0) ? one : best));
    const indices = [...codes.keys()];
    const { alphas, bias } = trainOn(indices, distances, labels, sigma, parameters.cost);
    const support = indices.filter((i) => (alphas[i] as number) > 0);
    const supportCodes = new Float32Array(support.length * units);
    for (const [row, i] of support.entries()) supportCodes.set(codes[i] as Uint8Array, row * units);
    context.onProgress(1);
    return {
      values: {
        activations: names,
        average,
        sigma,
        bias,
        // How well codes left out of training were told apart.
        auroc,
        examples: { clean: harmless.length, adversarial: harmful.length, support: support.length },
      },
      arrays: {
        thresholds: { shape: [parameters.levels - 1, units], data: thresholds },
        spread: { shape: [units], data: spreadOfUnits(cleanUnits, units) },
        codes: { shape: [support.length, units], data: supportCodes },
        coefficients: {
          shape: [support.length],
          data: Float32Array.from(support, (i) => (alphas[i] as number) * (labels[i] as number)),
        },
      },
    };
  },

  async bind({ values, arrays }, { slope }, classifier) {
    const { sigma, bias, average } = values;
    if (typeof sigma !== 'number' || !(sigma > 0) || typeof bias !== 'number') {
      throw damaged('it has no valid width and bias of its support vector machine');
    }
    const late = await openActivations(classifier, namesIn(values), average === true);
    const units = sumOf(late.sizes);
    const thresholds = arrayIn(arrays, 'thresholds', [-1, units]).data;
    const spread = arrayIn(arrays, 'spread', [units]).data;
    const codes = arrayIn(arrays, 'codes', [-1, units]);
    const [count] = codes.shape as [number, number];
    const machine = { codes: codes.data, coefficients: arrayIn(arrays, 'coefficients', [count]).data, sigma, bias };
    const steepness = spread.map((one) => 1 / (slope * one));
    return activationDetector(late, (features: Features): Scored => {
      const own = joined(features);
      const { score, gradient } = evaluate(codeOf(own, thresholds), machine);
      return {
        score,
        gradients() {
          const passed = gradient().map((g, u) => g * slopeOfCode(own[u] as number, u, thresholds, steepness));
          return split(passed, late.sizes);
        },
      };
    });
  },
};

interface Machine {
  /** Codes of the support vectors, one after the other. */
  readonly codes: Float32Array;
  /** αᵢ yᵢ. */
  readonly coefficients: Float32Array;
  readonly sigma: number;
  readonly bias: number;
}

/** f at a code, and the gradient there of the same sum with kernels wide enough to have one. */
function evaluate(code: Uint8Array, { codes, coefficients, sigma, bias }: Machine) {
  const size = code.length;
  const squares = Array.from(coefficients, (_, i) => {
    let sum = 0;
    for (let u = 0; u < size; u++) sum += ((code[u] as number) - (codes[i * size + u] as number)) ** 2;
    return sum;
  });
  let score = bias;
  for (const [i, square] of squares.entries()) score += (coefficients[i] as number) * kernel(square, sigma);
  const gradient = (): Float64Array => {
    const gradient = new Float64Array(size);
    const width = Math.max(sigma, Math.sqrt(medianOf(squares)));
    for (const [i, square] of squares.entries()) {
      const weight = ((coefficients[i] as number) * kernel(square, width)) / (width * width);
      for (let u = 0; u < size; u++) {
        gradient[u] = (gradient[u] as number) - weight * ((code[u] as number) - (codes[i * size + u] as number));
      }
    }
    return gradient;
  };
  return { score, gradient };
}

/** How many thresholds of its unit each value exceeds. @param thresholds all of one level, then those of the next. */
function codeOf(units: Float32Array, thresholds: Float32Array): Uint8Array {
  const code = new Uint8Array(units.length);
  for (let at = 0; at < thresholds.length; at++) {
    const unit = at % units.length;
    if ((units[unit] as number) > (thresholds[at] as number)) code[unit] = (code[unit] as number) + 1;
  }
  return code;
}

/** The slope of Σ sigmoid((value − threshold) · steepness) over the thresholds of a unit. */
function slopeOfCode(value: number, unit: number, thresholds: Float32Array, steepness: Float32Array): number {
  const steep = steepness[unit] as number;
  let slope = 0;
  for (let at = unit; at < thresholds.length; at += steepness.length) {
    const passed = 1 / (1 + Math.exp(-(value - (thresholds[at] as number)) * steep));
    slope += steep * passed * (1 - passed);
  }
  return slope;
}

/** The median of every unit for two levels, the quartiles for four. */
function thresholdsOf(units: readonly Float32Array[], size: number, levels: number): Float32Array {
  const thresholds = new Float32Array((levels - 1) * size);
  for (let unit = 0; unit < size; unit++) {
    const sorted = Float32Array.from(units, (row) => row[unit] as number).sort();
    for (let level = 1; level < levels; level++) {
      thresholds[(level - 1) * size + unit] = quantile(sorted, level / levels);
    }
  }
  return thresholds;
}

/** The standard deviation of each unit; at least a tenth of the mean, since some never vary on clean images. */
function spreadOfUnits(units: readonly Float32Array[], size: number): Float32Array {
  const spread = new Float64Array(size);
  for (let unit = 0; unit < size; unit++) {
    const mean = units.reduce((sum, row) => sum + (row[unit] as number), 0) / units.length;
    spread[unit] = Math.sqrt(units.reduce((sum, row) => sum + ((row[unit] as number) - mean) ** 2, 0) / units.length);
  }
  const least = (0.1 * sumOf(spread)) / size || 1;
  return Float32Array.from(spread, (one) => Math.max(one, least));
}

/** Squared distances between codes, computed once for all widths. */
function squaredDistances(
  codes: readonly Uint8Array[],
  signal: AbortSignal,
  onProgress: (fraction: number) => void,
): Float32Array[] {
  const rows = codes.map(() => new Float32Array(codes.length));
  for (const [i, a] of codes.entries()) {
    signal.throwIfAborted();
    for (let j = 0; j < i; j++) {
      const b = codes[j] as Uint8Array;
      let sum = 0;
      for (let u = 0; u < a.length; u++) sum += ((a[u] as number) - (b[u] as number)) ** 2;
      (rows[i] as Float32Array)[j] = sum;
      (rows[j] as Float32Array)[i] = sum;
    }
    onProgress(((i + 1) / codes.length) ** 2);
  }
  return rows;
}

/** A machine trained on some of the examples; α in their order. */
function trainOn(
  indices: readonly number[],
  distances: readonly Float32Array[],
  labels: readonly number[],
  sigma: number,
  cost: number,
): SupportVectorSolution {
  const own = indices.map((i) => labels[i] as number);
  const positive = own.filter((label) => label > 0).length;
  const boundOf = (label: number) => (cost * own.length) / (2 * (label > 0 ? positive : own.length - positive));
  return trainSupportVectorMachine({
    labels: own,
    bounds: own.map(boundOf),
    kernelRow: (at) => {
      const row = distances[indices[at] as number] as Float32Array;
      return Float64Array.from(indices, (i) => kernel(row[i] as number, sigma));
    },
  });
}

/** The area under the curve of scores of examples by a machine trained without them. */
function crossValidated(
  distances: readonly Float32Array[],
  labels: readonly number[],
  sigma: number,
  cost: number,
): number {
  const scores = { clean: [] as number[], adversarial: [] as number[] };
  for (let fold = 0; fold < folds; fold++) {
    const training = [...labels.keys()].filter((i) => foldOf(i) !== fold);
    const { alphas, bias } = trainOn(training, distances, labels, sigma, cost);
    for (const [i, label] of labels.entries()) {
      if (foldOf(i) !== fold) continue;
      const row = distances[i] as Float32Array;
      const score = training.reduce(
        (sum, j, at) => sum + (alphas[at] as number) * (labels[j] as number) * kernel(row[j] as number, sigma),
        bias,
      );
      scores[label > 0 ? 'adversarial' : 'clean'].push(score);
    }
  }
  return separate(scores.clean, scores.adversarial).auroc;

  /** Every third of the clean, and every third of the adversarial ones. */
  function foldOf(i: number): number {
    return (i < labels.indexOf(1) ? i : i - labels.indexOf(1)) % folds;
  }
}

function kernel(square: number, sigma: number): number {
  return Math.exp(-square / (2 * sigma * sigma));
}

function joined(features: Features): Float32Array {
  const result = new Float32Array(sumOf(features.map(({ length }) => length)));
  let at = 0;
  for (const part of features) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

function split(values: Float64Array, sizes: readonly number[]): Float32Array[] {
  let at = 0;
  return sizes.map((size) => {
    at += size;
    return Float32Array.from(values.subarray(at - size, at));
  });
}

function sumOf(numbers: Iterable<number>): number {
  let sum = 0;
  for (const number of numbers) sum += number;
  return sum;
}

function medianOf(numbers: readonly number[]): number {
  return quantile(Float64Array.from(numbers).sort(), 0.5);
}

/** Interpolates between the two nearest of the sorted numbers. */
function quantile(sorted: ArrayLike<number>, part: number): number {
  const at = part * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)] as number, sorted[Math.ceil(at)] as number];
  return low + (high - low) * (at - Math.floor(at));
}
