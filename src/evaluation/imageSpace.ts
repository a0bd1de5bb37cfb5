import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { createGoal } from '../attacks/goal.ts';
import { forge } from '../attacks/gradient/forge.ts';
import type { Pixels } from '../data/image.ts';
import { noisePixels } from '../data/noiseImages.ts';
import { lengthOf } from '../geometry/norms.ts';
import { subtract } from '../geometry/vector.ts';
import { argmax, softmax } from '../models/functional.ts';
import { configureAttack, definitionOf } from '../runner/configuredAttack.ts';
import { exampleSeed } from '../runner/exampleSeed.ts';
import { outcomesOf } from '../runner/runAttack.ts';
import { type Judgment, judgeAll, type Victim } from '../runner/victim.ts';
import { UserError } from '../userError.ts';
import { medianOf } from './metrics.ts';

/** The softmax probability above which a model counts as sure. */
export const sureAt = 0.9;

/** As many images of white noise are looked at. */
const noises = 1000;

/** Of so many of them the distance to real images is measured. */
const measuredNoises = 20;

/** As many classes have a row. */
export const mostRows = 10;

/** A real image, and its class where that is known. */
export interface RealImage {
  readonly pixels: Pixels;
  readonly label?: number;
}

/** An image, what the model takes it for, and how far it is from real ones. */
export interface Sighting {
  readonly pixels: Pixels;
  /** Index of the predicted class, and its softmax probability. */
  readonly decision: number;
  readonly confidence: number;
  /** Root mean square of the differences to the nearest real image, in the pixel range [0, 1]. */
  readonly distance: number;
}

/** A class: a real image of it, one that was forged for it from white noise, and one that a generator draws. */
export interface ClassRow {
  readonly label: number;
  readonly real: Pixels;
  readonly forged: Sighting;
  readonly drawn?: Sighting;
}

/** What a model makes of the space of images, of which real ones are a small part. */
export interface ImageSpace {
  readonly rows: readonly ClassRow[];
  readonly noise: {
    readonly images: number;
    /** Of how many the model is sure: above `sureAt`. */
    readonly sure: number;
    /** Those by class. */
    readonly byClass: readonly number[];
    /** Median over a few of them, as in `Sighting`. */
    readonly distance: number;
  };
  readonly real: {
    readonly images: number;
    /** Median distance from one to the nearest other one; missing for one image. */
    readonly distance?: number;
  };
}

export interface ImageSpaceRequest {
  readonly victim: Victim;
  readonly images: readonly RealImage[];
  /** One image a class, from a generator. */
  readonly drawn?: readonly Pixels[] | undefined;
  readonly seed: number;
}

/**
 * Looks around in the space of images with the eyes of a model: at white noise, at images forged from it (Geng & Veerapaneni
 * 2017, “Tricking Neural Networks”), and at those of a generator, and measures how far each is from real images.
 * @param onProgress is called with the images that were looked at, of `total`.
 * @throws UserError without images, or when the model gives no scores and gradients; the signal's reason when it aborts.
 */
export async function mapImageSpace(
  { victim, images, drawn, seed }: ImageSpaceRequest,
  { signal, onProgress = () => {} }: { signal: AbortSignal; onProgress?: (done: number, total: number) => void },
): Promise<ImageSpace> {
  if (victim.access !== 'gradients') {
    throw new UserError(
      `The space of images can be mapped for a model that gives gradients, since images are forged by following them.${victim.obstacle === undefined ? '' : ` This one gives none: ${victim.obstacle}`}`,
    );
  }
  const { input, classes } = victim;
  const firsts = firstOfEach(await labeled(victim, images, signal), classes.length).slice(0, mostRows);
  if (firsts.length === 0)
    throw new UserError('There are no real images to compare with. Choose a dataset with images.');
  const total = firsts.length + noises;
  const reals = images.map(({ pixels }) => pixels);
  const sight = async (seen: readonly Pixels[]): Promise<Sighting[]> => {
    const judgments = await judgeAll(victim, seen, (pixels) => pixels, signal);
    return seen.map((pixels, i) => ({
      pixels,
      ...prediction(judgments[i] as Judgment),
      distance: nearest(pixels, reals),
    }));
  };
  onProgress(0, total);
  const noise = (index: number) => noisePixels(input, xoroshiro128plus(exampleSeed(seed, `white noise ${index}`)));
  const choice = { norm: 'l2', parameters: {}, preset: 'quick', quantize: true } as const;
  const outcomes = await outcomesOf(
    { victim, attack: configureAttack(definitionOf(forge.id), choice), stopAtSuccess: false, signal },
    firsts.map(({ label }) => ({
      image: noise(label),
      goal: createGoal((label + 1) % classes.length, label),
      seed: exampleSeed(seed, String(label)),
    })),
  );
  onProgress(firsts.length, total);
  const forged = await sight(
    outcomes.map(({ best }, i) => best?.point ?? noise((firsts[i] as { label: number }).label)),
  );
  const seen = drawn && (await sight(firsts.map(({ label }) => drawn[label] as Pixels)));
  const byClass = new Array<number>(classes.length).fill(0);
  for (let from = 0; from < noises; from += victim.batchSize) {
    signal.throwIfAborted();
    const count = Math.min(victim.batchSize, noises - from);
    const judgments = await victim.judge(Array.from({ length: count }, (_, i) => noise(from + i)));
    for (const { decision, confidence } of judgments.map(prediction)) {
      if (confidence > sureAt) byClass[decision] = (byClass[decision] as number) + 1;
    }
    onProgress(firsts.length + from + count, total);
  }
  const others = reals.map((pixels, i) => nearest(pixels, reals.toSpliced(i, 1)));
  return {
    rows: firsts.map(({ label, pixels }, i) => ({
      label,
      real: pixels,
      forged: forged[i] as Sighting,
      ...(seen && { drawn: seen[i] as Sighting }),
    })),
    noise: {
      images: noises,
      sure: byClass.reduce((sum, count) => sum + count, 0),
      byClass,
      distance: medianOf(Array.from({ length: measuredNoises }, (_, i) => nearest(noise(i), reals))),
    },
    real: { images: reals.length, ...(reals.length > 1 && { distance: medianOf(others) }) },
  };
}

/** Real images with their classes: the model's answer where nobody knows better. */
async function labeled(victim: Victim, images: readonly RealImage[], signal: AbortSignal) {
  const judgments = await judgeAll(victim, images, ({ pixels }) => pixels, signal);
  return images.map(({ pixels, label }, i) => ({ pixels, label: label ?? (judgments[i] as Judgment).decision }));
}

/** The first image of each class that has one, by class. */
function firstOfEach<T extends { readonly label: number }>(images: readonly T[], classes: number): T[] {
  return Array.from({ length: classes }, (_, label) => images.find((image) => image.label === label)).filter(
    (image) => image !== undefined,
  );
}

function prediction({ logits = new Float32Array() }: Judgment): Pick<Sighting, 'decision' | 'confidence'> {
  const decision = argmax(logits);
  return { decision, confidence: softmax(logits)[decision] as number };
}

/** Root mean square distance to the nearest of the images. */
function nearest(pixels: Pixels, images: readonly Pixels[]): number {
  const least = images.reduce((best, image) => Math.min(best, lengthOf(subtract(pixels, image), 'l2')), Infinity);
  return least / Math.sqrt(pixels.length);
}
