import type { Answer } from '../attacks/dialogue.ts';
import type { Goal } from '../attacks/goal.ts';
import type { ImageShape, Pixels } from '../data/image.ts';
import { type Classifier, isDifferentiable } from '../models/classifier.ts';
import { argmax, type Functional } from '../models/functional.ts';
import type { Verification } from '../models/verification/verification.ts';

/** The most that a victim answers, each including the ones before: predicted labels, logits, gradients. */
export const accesses = ['labels', 'scores', 'gradients'] as const;
export type Access = (typeof accesses)[number];

/** A question about one point, asked in pursuit of a goal; with functionals it asks for their values and gradients. */
export interface Ask {
  readonly point: Pixels;
  readonly goal: Goal;
  readonly functionals?: readonly Functional[] | undefined;
}

/** What a victim says of an image to anyone, whatever an attack wants of it. */
export interface Judgment {
  /** Index of the predicted class. */
  readonly decision: number;
  /** Missing where the victim gives labels only. */
  readonly logits?: Float32Array;
  /** What its detector says, where it has one: the score, and whether the image is rejected. */
  readonly score?: number;
  readonly rejected?: boolean;
}

/**
 * What an attack is run against: a model, a model with its detector, or whatever else answers questions about images.
 * Images are of the shape `input`, float32 in [0, 1]. An answer never depends on the other questions of its batch.
 */
export interface Victim {
  /** What sets it apart from others that are attacked in its place. */
  readonly title?: string;
  readonly input: ImageShape;
  readonly classes: readonly string[];
  readonly access: Access;
  /** Why it gives no gradients, where it could not be had. */
  readonly obstacle?: string;
  /** The largest batch that it is good at. */
  readonly batchSize: number;
  /** Batches that it takes at a time: more than one where it computes while others prepare what to ask; 1 if missing. */
  readonly concurrency?: number;
  /** Points that may be asked about in the attack on one image. */
  readonly queryLimit?: number;
  /** What a query costs beside time, in the unit of whoever charges for it. */
  readonly costPerQuery?: number;
  /** Where it compares embeddings with those of enrolled identities. */
  readonly verification?: Verification;
  /** One answer an ask. The decision is the one that counts for the ask's goal: a rejected image is taken for its label. */
  answer(asks: readonly Ask[]): Promise<readonly Answer[]>;
  /** One judgment an image, as a user of the victim would get it. */
  judge(images: readonly Pixels[]): Promise<readonly Judgment[]>;
}

/** The same victim, asked in another way. */
export function askedBy(victim: Victim, how: Pick<Victim, 'answer' | 'judge'>): Victim {
  const { title, input, classes, access, obstacle, batchSize, concurrency, queryLimit, costPerQuery, verification } =
    victim;
  return {
    ...(title !== undefined && { title }),
    input,
    classes,
    access,
    ...(obstacle !== undefined && { obstacle }),
    batchSize,
    ...(concurrency !== undefined && { concurrency }),
    ...(queryLimit !== undefined && { queryLimit }),
    ...(costPerQuery !== undefined && { costPerQuery }),
    ...(verification && { verification }),
    ...how,
  };
}

/** The model as it is, as a victim. */
export function victimOf(classifier: Classifier): Victim {
  const {
    input,
    classes,
    obstacle,
    batchSize,
    concurrency,
    labelsOnly = false,
    costPerQuery,
    verification,
  } = classifier;
  const logits = async (points: readonly Pixels[]) =>
    (await classifier.logits(points)).map((logits) => ({ decision: argmax(logits), ...(!labelsOnly && { logits }) }));
  return {
    input,
    classes,
    access: isDifferentiable(classifier) ? 'gradients' : labelsOnly ? 'labels' : 'scores',
    ...(obstacle !== undefined && { obstacle }),
    batchSize,
    ...(concurrency !== undefined && { concurrency }),
    ...(costPerQuery !== undefined && { costPerQuery }),
    ...(verification && { verification }),
    judge: logits,
    answer: (asks) =>
      answerByKind(asks, {
        forward: (some) => logits(pointsOf(some)),
        async backward(some) {
          if (!isDifferentiable(classifier)) throw new Error('gradients were asked of a model that gives none');
          const functionals = some.map((ask) => ask.functionals);
          const { logits, values, gradients } = await classifier.pullback(pointsOf(some), functionals);
          return logits.map((row, i) => ({
            decision: argmax(row),
            logits: row,
            values: values[i],
            gradients: gradients[i],
          }));
        },
      }),
  };
}

/** An ask for gradients. */
export interface GradientAsk extends Ask {
  readonly functionals: readonly Functional[];
}

/** Answers asks for logits together, and asks for gradients together. */
export async function answerByKind(
  asks: readonly Ask[],
  how: {
    forward(asks: readonly Ask[]): Promise<readonly Answer[]>;
    backward(asks: readonly GradientAsk[]): Promise<readonly Answer[]>;
  },
): Promise<readonly Answer[]> {
  const backward = asks.filter((ask): ask is GradientAsk => ask.functionals !== undefined);
  // Of one kind alone, as the runner asks.
  if (backward.length === asks.length) return how.backward(backward);
  if (backward.length === 0) return how.forward(asks);
  const forward = asks.filter(({ functionals }) => functionals === undefined);
  const gradients = (await how.backward(backward)).values();
  const others = (await how.forward(forward)).values();
  return asks.map(({ functionals }) => (functionals ? gradients : others).next().value as Answer);
}

/** The points of asks. */
export function pointsOf(asks: readonly Ask[]): Pixels[] {
  return asks.map(({ point }) => point);
}

/**
 * What a victim predicts of images, a batch at a time.
 * @param load gives the pixels of an image, when its batch has its turn.
 * @throws the signal's reason when it aborts.
 */
export async function judgeAll<T>(
  victim: Victim,
  images: readonly T[],
  load: (image: T) => Pixels | Promise<Pixels>,
  signal?: AbortSignal,
): Promise<Judgment[]> {
  const judgments: Judgment[] = [];
  for (let start = 0; start < images.length; start += victim.batchSize) {
    signal?.throwIfAborted();
    const batch = images.slice(start, start + victim.batchSize);
    judgments.push(...(await victim.judge(await Promise.all(batch.map(load)))));
  }
  return judgments;
}
