import type { AttackDefinition, Attempt } from '../../../src/attacks/attackDefinition.ts';
import type { Answer, Query } from '../../../src/attacks/dialogue.ts';

type AnyAttempt = Attempt<Record<string, unknown>>;

/** What goes wrong in a mutant: each function stands between the attack and what it is given, asks, or is answered. */
export interface Fault {
  readonly attempt?: (attempt: AnyAttempt) => AnyAttempt;
  /** Made anew for each image. */
  readonly query?: (attempt: AnyAttempt) => (query: Query) => Query;
  readonly gradient?: () => (gradient: Float32Array) => Float32Array;
}

/** The attack with a fault in it. */
export function meddle(attack: AttackDefinition, fault: Fault): AttackDefinition {
  return {
    ...attack,
    *run(given) {
      const attempt = fault.attempt?.(given) ?? given;
      const onQuery = fault.query?.(given) ?? ((query: Query) => query);
      const onGradient = fault.gradient?.() ?? ((gradient: Float32Array) => gradient);
      const bent = (answer: Answer): Answer =>
        answer.gradients ? { ...answer, gradients: answer.gradients.map(onGradient) } : answer;
      const dialogue = attack.run(attempt);
      for (let next = dialogue.next(); !next.done; ) {
        const answers = yield onQuery(next.value);
        next = dialogue.next(answers.map(bent));
      }
    },
  };
}
