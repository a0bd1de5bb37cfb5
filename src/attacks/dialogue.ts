import type { Pixels } from '../data/image.ts';
import type { Functional } from '../models/functional.ts';

/** What an attack asks of the model, about one or several points at once. */
export type Query =
  | { readonly kind: 'decision'; readonly points: readonly Pixels[] }
  | {
      readonly kind: 'logits';
      readonly points: readonly Pixels[];
      /** Where on an axis the points stand, for the drawing of an explanation. */
      readonly at?: readonly number[];
    }
  | {
      readonly kind: 'pullback';
      readonly points: readonly Pixels[];
      /** The functionals of each point. */
      readonly functionals: readonly (readonly Functional[])[];
      /** Where the model's answers vary: how many are to be taken about each point; what comes back is their mean. */
      readonly samples?: number;
      /** The points are no steps of the attack and no candidates: it looks at them to learn about another one. */
      readonly isAside?: boolean;
    }
  /** Points that were not queried, to be judged as adversarial examples. Nothing is answered. */
  | { readonly kind: 'propose'; readonly points: readonly Pixels[] }
  /** What follows, until the next stage, is the work of this part of the attack. Nothing is answered. */
  | { readonly kind: 'stage'; readonly title: string; readonly points: readonly Pixels[] };

/** The answer about one point; which fields are there depends on the kind of query. */
export interface Answer {
  /** Index of the predicted class. */
  readonly decision: number;
  readonly logits?: Float32Array;
  /** Value and gradient of each functional. */
  readonly values?: readonly number[];
  readonly gradients?: readonly Float32Array[];
}

/** An attack on one image: yields queries, receives one answer a point. */
export type Dialogue = Generator<Query, void, readonly Answer[]>;

/** A part of a dialogue that comes to a result. */
export type Asking<T> = Generator<Query, T, readonly Answer[]>;

/** The predicted class at a point. */
export function* decision(point: Pixels): Asking<number> {
  const [answer] = yield { kind: 'decision', points: [point] };
  return (answer as Answer).decision;
}

/** The predicted classes at several points, asked about at once. */
export function* decisions(points: readonly Pixels[]): Asking<number[]> {
  const answers = yield { kind: 'decision', points };
  return answers.map((answer) => answer.decision);
}

/** The logits at a point. */
export function* logits(point: Pixels): Asking<Float32Array> {
  const [answer] = yield { kind: 'logits', points: [point] };
  return answer?.logits as Float32Array;
}

/** The logits at several points, asked about at once. */
export function* logitsOf(points: readonly Pixels[]): Asking<Float32Array[]> {
  const answers = yield { kind: 'logits', points };
  return answers.map(({ logits }) => logits as Float32Array);
}

/** Logits at a point, and value and gradient of one functional there; of so many answers the mean. */
export function* pullback(
  point: Pixels,
  functional: Functional,
  samples = 1,
): Asking<{ logits: Float32Array; value: number; gradient: Float32Array }> {
  const { logits, values, gradients } = yield* pullbacks(point, [functional], samples);
  return { logits, value: values[0] as number, gradient: gradients[0] as Float32Array };
}

/** Logits at a point, and values and gradients of several functionals there, from one forward pass. */
export function* pullbacks(
  point: Pixels,
  functionals: readonly Functional[],
  samples = 1,
): Asking<{ logits: Float32Array; values: readonly number[]; gradients: readonly Float32Array[] }> {
  const [answer] = yield {
    kind: 'pullback',
    points: [point],
    functionals: [functionals],
    ...(samples > 1 && { samples }),
  };
  return answer as Required<Answer>;
}

/** Offers a point that was not queried as an adversarial example. */
export function* propose(point: Pixels): Asking<void> {
  yield { kind: 'propose', points: [point] };
}

/** Says which part of an attack begins: an example that is found from here on is reported as its work. */
export function* stage(title: string): Asking<void> {
  yield { kind: 'stage', title, points: [] };
}

/**
 * A dialogue until its next question would be about more than so many points in all.
 * @param begin begins the dialogue, which may ask how many points are left
 */
export function* upTo(queries: number, begin: (left: () => number) => Dialogue): Dialogue {
  let left = queries;
  const dialogue = begin(() => left);
  let answers: readonly Answer[] = [];
  for (;;) {
    const { done, value: query } = dialogue.next(answers);
    if (done) return;
    if (query.kind !== 'propose' && query.kind !== 'stage') left -= query.points.length;
    if (left < 0) return;
    answers = yield query;
  }
}
