import type { AttackDefinition } from '../attacks/attackDefinition.ts';

/** An attack of the audit's own: within a budget, without parameters, and in no catalog. */
export function probe(
  own: Pick<AttackDefinition, 'id' | 'title' | 'source' | 'threatModel' | 'run'>,
): AttackDefinition {
  return {
    ...own,
    kind: 'attack',
    description: own.title,
    norms: ['linf', 'l2', 'l1'],
    goals: ['untargeted', 'targeted'],
    fixedBudget: true,
    parameters: {},
    // The audit states its own cost.
    cost: () => 1,
  };
}
