import { similaritiesIn, type Verification } from '../models/verification/verification.ts';
import type { Case } from './cases.ts';
import { type EqualErrorRate, equalErrorRate, type Pair } from './equalErrorRate.ts';
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

function pairsOf({ goal, clean }: Case): Pair[] {
  const similarities = clean.logits ? similaritiesIn(clean.logits) : [];
  return similarities.map((similarity, place) => ({ similarity, genuine: place === goal.label }));
}
