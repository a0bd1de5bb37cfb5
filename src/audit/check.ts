import type { AttackDefinition } from '../attacks/attackDefinition.ts';
import type { Trial } from './trial.ts';

/** A published sign that a result flatters the model, and how it is looked for. */
export interface Check {
  /** Names the page `media/audit/<id>.md`. */
  readonly id: string;
  /** Made in every audit: the sample is as small as it takes. */
  readonly isEssential?: true;
  /** Why it cannot be made on a test, as the end of a sentence; it can where nothing is said. */
  obstacle?(trial: Trial): string | undefined;
  /** The passes that it takes at most (see `passesOf`). */
  cost(trial: Trial): number;
  /** One sentence with the figures where the sign is there. */
  examine(trial: Trial): Promise<string | undefined>;
}

/** The obstacle of a check that follows gradients. */
export function withoutGradients({ conditions: { victim } }: Trial): string | undefined {
  return victim.access === 'gradients' ? undefined : 'the model gives no gradients';
}

/** The obstacle of a check by an attack that does not know the norm of the test. */
export function outsideNormsOf({ title, norms }: AttackDefinition, { choice: { norm } }: Trial): string | undefined {
  return norms.includes(norm) ? undefined : `${title} does not work in ${norm}`;
}
