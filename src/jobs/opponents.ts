import type { Attacker } from '../defenses/guard/attacker.ts';
import type { Guarded } from '../defenses/guard/openGuarded.ts';
import type { OpenedPurified } from '../defenses/purifiers/openPurified.ts';
import type { EvaluationOptions } from '../evaluation/evaluate.ts';
import type { TestPlan } from '../evaluation/plan.ts';
import type { Classifier } from '../models/classifier.ts';
import { type Stopwatch, timed } from '../runner/stopwatch.ts';
import { type Victim, victimOf } from '../runner/victim.ts';
import type { Surrogates } from './openSurrogates.ts';
import { whiteBoxOf } from './whiteBox.ts';

/**
 * Who decides in a test, and who attacks what: with a detector or a purifier both attackers, the one that the test names first;
 * with surrogates who has only those, and who has the gradients of the model, if it gives any.
 */
export function opponentsOf(
  { attacker = 'adaptive' }: TestPlan,
  classifier: Classifier,
  { guarded, purified, surrogates }: Defended,
  watch: Stopwatch,
): Pick<EvaluationOptions, 'judge' | 'opponents'> {
  if (surrogates) {
    const judge = timed(victimOf(classifier), watch);
    const whiteBox = { victims: [judge], attackAt: whiteBoxOf } as const;
    const transfer = { victims: [timed(surrogates.victim, watch)] } as const;
    return { judge, opponents: judge.access === 'gradients' ? [transfer, whiteBox] : [transfer] };
  }
  const defended = guarded ?? (purified && purifiedSides(purified, classifier));
  if (defended === undefined) {
    const judge = timed(victimOf(classifier), watch);
    return { judge, opponents: [{ victims: [judge] }] };
  }
  const { attacked } = defended;
  const judge = timed(defended.judge, watch);
  const rival = attacker === 'adaptive' ? 'unaware' : 'adaptive';
  const opponentAs = (attacker: Attacker) => {
    // Whoever attacks what decides is not judged a second time.
    const [first, ...others] = attacked[attacker].map((victim) =>
      victim === defended.judge ? judge : timed(victim, watch),
    ) as [Victim, ...Victim[]];
    const victims = [first, ...others] as const;
    return { attacker, victims };
  };
  return { judge, opponents: [opponentAs(attacker), opponentAs(rival)] };
}

/** What a test opens beside its model. */
export interface Defended {
  readonly guarded: Guarded | undefined;
  readonly purified: OpenedPurified | undefined;
  readonly surrogates: Surrogates | undefined;
}

/** Purifier and model decide; who does not know of the purifier attacks the model alone. */
function purifiedSides(purified: OpenedPurified, classifier: Classifier): Pick<Guarded, 'judge' | 'attacked'> {
  const judge = victimOf(purified.classifier);
  return { judge, attacked: { adaptive: [judge], unaware: [victimOf(classifier)] } };
}
