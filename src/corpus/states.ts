/**
 * What a known counterexample is to the model of today. The model is *fooled* by it where it answers the kept image, or
 * even the original, as the counterexample's goal wants (any class but the label, or the target), and no detector rejects
 * that image. Where it is not, a warm-started attack (`warmStart`) looks for another adversarial example of the same
 * original, within the same budget.
 *
 * - **newly fooled**: the baseline has it as fixed, and now the model is fooled, or the attack found another example. The
 *   test fails.
 * - **still fooled**: the baseline does not have it as fixed, and the model is fooled.
 * - **fixed for this image only**: the model is not fooled, but the attack found another example, or could not be made,
 *   since the model gives no gradient to follow: then nothing is proved.
 * - **fixed**: the model is not fooled, and the attack, which had a gradient to follow, found nothing.
 *
 * A counterexample is in the baseline as fixed once `--update-baseline` has met it as fixed, and until it has met it as
 * anything else. Without a baseline none is, and so none can be newly fooled.
 */
export const states = ['newlyFooled', 'stillFooled', 'fixedForThisImageOnly', 'fixed'] as const;
export type State = (typeof states)[number];

/** What came of trying a counterexample: fooled, or where it was not, what the warm-started attack came to. */
export type Trial = 'fooled' | 'foundAnother' | 'notAttacked' | 'withstood';

/** The state that follows from a trial. @param wasFixed the baseline has the counterexample as fixed. */
export function stateAfter(trial: Trial, wasFixed: boolean): State {
  switch (trial) {
    case 'fooled':
      return wasFixed ? 'newlyFooled' : 'stillFooled';
    case 'foundAnother':
      return wasFixed ? 'newlyFooled' : 'fixedForThisImageOnly';
    case 'notAttacked':
      return 'fixedForThisImageOnly';
    case 'withstood':
      return 'fixed';
  }
}
