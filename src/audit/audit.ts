import { setImmediate as nextTurn } from 'node:timers/promises';
import { kinds } from '../attacks/kind.ts';
import type { TestPlan } from '../evaluation/plan.ts';
import { definitionOf } from '../runner/configuredAttack.ts';
import { checks } from './catalog.ts';
import type { Finding } from './finding.ts';
import { type AuditOptions, createTrial } from './trial.ts';

/** How far an audit has got: checks done of all. */
export type OnCheck = (done: number, total: number) => void;

/**
 * Looks for published signs that the result of a test flatters the model (Carlini et al. 2019, arXiv:1902.06705; Croce &
 * Hein 2020, arXiv:2003.01690; Pintor et al. 2022, arXiv:2106.09947). It looks at 16 of the attacked images, and mostly at
 * those that held. An image costs a gradient and 13 forward passes, and where it held up to 100 forward passes, 51
 * gradients of the single step and the unbounded attack, 10 for each surrogate, and the attack of the test once more
 * with twice the steps, where that takes at most 400. On a model that can be attacked most of it ends early.
 * None of it counts as queries of the test. Nothing is found where the test draws or forges images: they claim no robustness.
 * @throws UserError when the model does not answer with finite numbers; the reason of the signal when it is aborted.
 */
export async function audit(
  plan: TestPlan,
  options: AuditOptions & { readonly onCheck?: OnCheck },
): Promise<Finding[]> {
  const { kind } = definitionOf(plan.attacks[0].attack);
  if (!kinds[kind].isAdversarial || options.subjects.length === 0) return [];
  const trial = createTrial(plan, options);
  const findings: Finding[] = [];
  for (const [done, check] of checks.entries()) {
    options.onCheck?.(done, checks.length);
    await nextTurn();
    options.conditions.signal?.throwIfAborted();
    const message = await check.examine(trial);
    if (message !== undefined) findings.push({ check: check.id, message });
  }
  options.onCheck?.(checks.length, checks.length);
  return findings;
}
