import { similaritiesIn, type Verification } from '../models/verification/verification.ts';
import type { Case } from './cases.ts';
import type { ExampleSummary } from './example.ts';

/** How many images a model accepts or rejects wrongly at its threshold. */
export interface VerificationErrors {
  /** Images that are accepted as an identity that they do not show. */
  readonly falseAccepts: number;
  /** Images of an enrolled identity that are taken for nobody. */
  readonly falseRejects: number;
}

/** What verification came to in a round. */
export interface RoundVerification {
  readonly images: number;
  /** How many of these show an enrolled identity. */
  readonly enrolled: number;
  readonly clean: VerificationErrors;
  /** The same with adversarial examples in place of the images that the attack turned. */
  readonly attacked: VerificationErrors;
  /** Of the clean images; missing without pairs of both kinds. */
  readonly equalErrorRate?: EqualErrorRate;
}

/** Where as large a fraction of impostors is accepted as of genuine pairs is rejected. */
export interface EqualErrorRate {
  /** From 0 to 1. */
  readonly rate: number;
  /** The threshold at which it is so, a cosine similarity. */
  readonly threshold: number;
}

/** @param examples what the attack came to on each case, in any order. */
export function verificationOf(
  { identities }: Verification,
  cases: readonly Case[],
  examples: readonly Pick<ExampleSummary, 'index' | 'status' | 'adversarial'>[],
): RoundVerification {
  const nobody = identities.length;
  const places = new Map(identities.map(({ name }, place) => [name, place]));
  /** The identity that each image is accepted as. */
  const clean = new Map(cases.map(({ index, clean: { decision, rejected } }) => [index, rejected ? nobody : decision]));
  const attacked = new Map(clean);
  for (const { index, status, adversarial } of examples) {
    // What fools a model with a detector was not rejected.
    if (status === 'fooled' && adversarial) attacked.set(index, places.get(adversarial.prediction.class) ?? nobody);
  }
  const errorsOf = (accepted: ReadonlyMap<number, number>): VerificationErrors => {
    const wrong = cases.flatMap(({ index, goal: { label } }) => {
      const as = accepted.get(index) as number;
      return as === label ? [] : [as];
    });
    const falseRejects = wrong.filter((as) => as === nobody).length;
    return { falseAccepts: wrong.length - falseRejects, falseRejects };
  };
  const rate = equalErrorRate(cases.flatMap(pairsOf));
  return {
    images: cases.length,
    enrolled: cases.filter(({ goal }) => goal.label !== nobody).length,
    clean: errorsOf(clean),
    attacked: errorsOf(attacked),
    ...(rate && { equalErrorRate: rate }),
  };
}

/** An image and an identity that it may show. */
interface Pair {
  readonly similarity: number;
  readonly genuine: boolean;
}

function pairsOf({ goal, clean }: Case): Pair[] {
  const similarities = clean.logits ? similaritiesIn(clean.logits) : [];
  return similarities.map((similarity, place) => ({ similarity, genuine: place === goal.label }));
}

/**
 * The equal error rate over pairs of an image and an identity. Among the thresholds that tell pairs apart, it is the mean of
 * both rates where they differ least; a pair is accepted from the threshold on.
 * @returns undefined without genuine pairs, or without others.
 */
export function equalErrorRate(pairs: readonly Pair[]): EqualErrorRate | undefined {
  const sorted = pairs.toSorted((a, b) => a.similarity - b.similarity);
  const genuine = sorted.filter((pair) => pair.genuine).length;
  const impostors = sorted.length - genuine;
  if (genuine === 0 || impostors === 0) return undefined;
  let best = { gap: Infinity, rate: 1, threshold: 1 };
  let [rejected, accepted] = [0, impostors];
  // Every pair from this one on is accepted.
  for (const [place, pair] of sorted.entries()) {
    const before = sorted[place - 1];
    if (before === undefined || before.similarity < pair.similarity) {
      const [rejects, accepts] = [rejected / genuine, accepted / impostors];
      const gap = Math.abs(rejects - accepts);
      const threshold = before === undefined ? pair.similarity : (before.similarity + pair.similarity) / 2;
      if (gap < best.gap) best = { gap, rate: (rejects + accepts) / 2, threshold };
    }
    if (pair.genuine) rejected++;
    else accepted--;
  }
  return { rate: best.rate, threshold: best.threshold };
}
