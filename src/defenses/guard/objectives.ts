import type { Answer } from '../../attacks/dialogue.ts';
import { isReachedBy, lead } from '../../attacks/goal.ts';
import { lengthOf } from '../../geometry/norms.ts';
import { addScaled, scaled } from '../../geometry/vector.ts';
import { answerByKind, type GradientAsk, pointsOf, type Victim } from '../../runner/victim.ts';
import type { Detector } from '../detectors/detector.ts';
import type { GuardedVictim } from './guardedVictim.ts';

/** The parts of a guarded model, as known to an attacker who knows everything. */
export interface Parts {
  readonly guarded: GuardedVictim;
  /** The model without its detector. */
  readonly plain: Victim;
  readonly detector: Detector;
}

/** How far the goal must be passed before the detector matters, in logits. */
const margin = 1;

/**
 * The guarded model for an attacker who first fools the model, then evades the detector: the gradient of a loss is that
 * of the model alone until the goal is passed by a margin, and from there that of the detector's score, downhill
 * (Bryniarski et al. 2021, "Evading Adversarial Example Detection Defenses with Orthogonal Projected Gradient Descent",
 * arXiv:2106.15023, section 4.1: selective gradients).
 */
export function foolThenEvade(parts: Parts): Victim {
  return withGradients('fool then evade', parts, (fooling, evading, ahead) => (ahead < margin ? fooling : evading));
}

/**
 * The guarded model for an attacker who follows both gradients at once: each is scaled to length 1, so that neither
 * dominates (like the joint loss of Carlini & Wagner 2017, arXiv:1705.07263, section 3, without its constant).
 */
export function foolAndEvade(parts: Parts): Victim {
  return withGradients('fool and evade at once', parts, (fooling, evading) =>
    addScaled(unit(fooling), unit(evading), 1),
  );
}

type Combine = (fooling: Float32Array, evading: Float32Array, ahead: number) => Float32Array;

/**
 * Judges and answers like the guarded model, except for gradients: those of the model's loss and of the score,
 * downhill.
 */
function withGradients(title: string, { guarded, plain, detector }: Parts, combine: Combine): Victim {
  const backward = async (asks: readonly GradientAsk[]): Promise<Answer[]> => {
    const points = pointsOf(asks);
    const judgments = await guarded.judge(points);
    const answers = await plain.answer(asks);
    const { gradients: slopes } = await detector.pullback(points);
    return answers.map(({ values, gradients = [] }, i) => {
      const { logits, decision, score, rejected } = judgments[i] as (typeof judgments)[number];
      const { goal } = asks[i] as GradientAsk;
      const evading = (slopes[i] as Float32Array).map((slope) => -slope);
      return {
        decision: rejected && isReachedBy(goal, decision) ? goal.label : decision,
        logits,
        values: values?.map((value) => value - score),
        gradients: gradients.map((fooling) => combine(fooling, evading, lead(goal, logits))),
      };
    });
  };
  const { input, classes, access, batchSize } = guarded;
  return {
    title,
    input,
    classes,
    access,
    batchSize,
    judge: (images) => guarded.judge(images),
    answer: (asks) => answerByKind(asks, { forward: (some) => guarded.answer(some), backward }),
  };
}

function unit(gradient: Float32Array): Float32Array {
  const length = lengthOf(gradient, 'l2');
  return length > 0 ? Float32Array.from(scaled(gradient, 1 / length)) : gradient;
}
