import { seed } from '../../models/functional.ts';
import { type Goal, lead } from '../goal.ts';

/**
 * What a random search raises: the lead over the label, or with a target minus its cross-entropy, which looks at all other
 * classes (Andriushchenko et al. 2020, arXiv:1912.00049, section 4.1).
 */
export function objective(goal: Goal, logits: Float32Array): number {
  return goal.target === undefined ? lead(goal, logits) : logProbability(goal, logits);
}

/** −log of the label's probability, or log of the target's: as probabilities rise and fall, without rounding to 0 or 1. */
export function logProbability({ loss }: Goal, logits: Float32Array): number {
  return seed(loss, logits).value;
}
