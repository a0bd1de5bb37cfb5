import { judgeAll, type Victim } from '../runner/victim.ts';
import type { Case } from './cases.ts';
import { type Metrics, wilsonInterval } from './metrics.ts';

/** What examples that were made on a surrogate came to in a round. The figures of the round are the model's. */
export interface RoundTransfer {
  readonly surrogate: SurrogateKnowledge;
  /** How many of the eligible images fooled the surrogate itself. */
  readonly fooledSurrogate: number;
  /** Points and gradients that the surrogate was asked for. */
  readonly queries: Crafting['queries'];
  /** What an attacker comes to who has the model's gradients; missing where it gives none. */
  readonly whiteBox?: { readonly attack: string; readonly title: string; readonly metrics: Metrics };
}

/** What making examples on a surrogate took, and did there. */
export type Crafting = Pick<RoundTransfer, 'fooledSurrogate'> & {
  readonly queries: { readonly points: number; readonly gradients: number };
};

/** How much a surrogate knows of the images that are attacked. */
export interface SurrogateKnowledge {
  /** How many of the eligible images it classifies as labeled, before any attack. */
  readonly right: number;
  readonly of: number;
}

/** Places of the attacked images that a surrogate classifies as labeled. @throws the signal's reason when it aborts */
export async function knownTo(
  surrogate: Victim,
  attacked: readonly Case[],
  signal: AbortSignal | undefined,
): Promise<ReadonlySet<number>> {
  const judgments = await judgeAll(surrogate, attacked, ({ image }) => image.load(), signal);
  const right = attacked.filter(({ goal }, i) => judgments[i]?.decision === goal.label);
  return new Set(right.map(({ index }) => index));
}

/** @param attacked all images that were attacked */
export function knowledgeOf(
  attacked: readonly ({ readonly isKnownToSurrogate?: boolean } | undefined)[],
): SurrogateKnowledge {
  return { right: attacked.filter((one) => one?.isKnownToSurrogate).length, of: attacked.length };
}

/**
 * Why expectations that were met prove nothing: examples of a model that guesses carry over to no other. `undefined` where
 * the surrogate is better than chance beyond its interval.
 * @param classes number of the model's classes.
 */
export function objectionToSurrogate(transfer: RoundTransfer | undefined, classes: number): string | undefined {
  if (transfer === undefined) return undefined;
  const { right, of } = transfer.surrogate;
  if (wilsonInterval(right, of)[0] > 1 / classes) return undefined;
  return `The surrogate is not clearly better than guessing: it classifies ${right} of the ${of} attacked images correctly. That its adversarial examples fool no other model proves nothing. Train it for longer or on more images, or use another "surrogate".`;
}
