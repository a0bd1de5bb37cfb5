import { argmax, type LogitsFunctional } from '../models/functional.ts';

/** What an attack wants of one image: any prediction but `label`, or the prediction `target`. */
export interface Goal {
  readonly label: number;
  readonly target?: number;
  /** The loss that gradient attacks ascend: cross-entropy of the label, or minus that of the target. */
  readonly loss: LogitsFunctional;
  /** The lead (see `lead`) as a functional: its sign changes where the prediction does. */
  readonly margin: LogitsFunctional;
}

/** Untargeted goal without `target`. */
export function createGoal(label: number, target?: number): Goal {
  return target === undefined
    ? { label, loss: { kind: 'crossEntropy', label }, margin: { kind: 'margin', label, scale: -1 } }
    : {
        label,
        target,
        loss: { kind: 'crossEntropy', label: target, scale: -1 },
        margin: { kind: 'margin', label: target },
      };
}

/** True when these logits reach the goal. At a tie the first class is the prediction. */
export function isReached(goal: Goal, logits: ArrayLike<number>): boolean {
  return isReachedBy(goal, argmax(logits));
}

/** True when this predicted class reaches the goal. */
export function isReachedBy({ label, target }: Goal, decision: number): boolean {
  return target === undefined ? decision !== label : decision === target;
}

/** How far logits are past the goal: positive when reached, growing as the attack gets on. */
export function lead(goal: Goal, logits: ArrayLike<number>): number {
  const wanted = goal.target ?? argmax(logits, goal.label);
  const rival = goal.target === undefined ? goal.label : argmax(logits, goal.target);
  return (logits[wanted] as number) - (logits[rival] as number);
}
