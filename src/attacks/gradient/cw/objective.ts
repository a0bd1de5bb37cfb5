import type { Pixels } from '../../../data/image.ts';
import { finite } from '../../../geometry/vector.ts';
import { type Asking, pullback } from '../../dialogue.ts';
import { type Goal, isReached, lead } from '../../goal.ts';

/** The parameters of the attacks of Carlini & Wagner. */
export interface CwParameters {
  confidence: number;
  steps: number;
  learningRate: number;
  initialConstant: number;
  binarySearchSteps: number;
}

/** f of Carlini & Wagner at a point. */
export interface Objective {
  /** max(κ − lead, 0): f₆ + κ, zero where the goal is reached with the confidence κ. */
  readonly shortfall: number;
  /** The goal is reached, with the confidence. */
  readonly success: boolean;
  /** Gradient of the lead with respect to the point; zero in place of values that are not finite. */
  readonly ascent: Float32Array;
}

/**
 * Asks for f₆(x′) = max(max over the other classes of Z(x′)ᵢ − Z(x′)ₜ, −κ) on the logits Z, or untargeted for
 * max(Z(x′)ₗ − max over the other classes of Z(x′)ᵢ, −κ) (Carlini & Wagner 2017, arXiv:1608.04644, section IV-A and
 * section VI, "high-confidence adversarial examples").
 */
export function* objective(point: Pixels, goal: Goal, confidence: number): Asking<Objective> {
  const { logits, gradient } = yield* pullback(point, goal.margin);
  const ahead = lead(goal, logits);
  return {
    shortfall: Math.max(confidence - ahead, 0),
    success: isReached(goal, logits) && ahead >= confidence,
    ascent: finite(gradient),
  };
}
