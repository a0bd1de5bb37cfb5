import { setImmediate as nextTurn } from 'node:timers/promises';
import { kinds } from '../attacks/kind.ts';
import type { Attacked } from '../evaluation/evaluate.ts';
import type { TestPlan } from '../evaluation/plan.ts';
import { definitionOf } from '../runner/configuredAttack.ts';
import type { Victim } from '../runner/victim.ts';
import { checks } from './catalog.ts';
import type { Finding, Omission } from './finding.ts';
import { counted, passesOf } from './passes.ts';
import { createTrial, loadSamples, mostImages, type Trial, type TrialOptions } from './trial.ts';

/** How far an audit has got: checks done of all. */
export type OnCheck = (done: number, total: number) => void;

/** What a test is audited with. */
export interface AuditOptions extends Attacked {
  /** Other models for the same images and classes, whose adversarial examples are tried on this one. */
  readonly surrogates?: readonly Victim[];
}

/** What an audit came to. */
export interface Audit {
  readonly findings: readonly Finding[];
  /** The checks that were not made, and why. */
  readonly notChecked: readonly Omission[];
}

/** The part of the attack's own cost that its audit may take. */
const share = 1 / 4;

/** Forward passes that it may take of any test: the essential checks on four images that held. */
const leastAllowance = 1500;

/**
 * Looks for published signs that the result of a test flatters the model (Carlini et al. 2019, arXiv:1902.06705; Croce &
 * Hein 2020, arXiv:2003.01690; Pintor et al. 2022, arXiv:2106.09947). It takes at most a quarter of what the attack itself
 * took, and of a small test at most 1500 forward passes, a gradient counting as two more: it looks at as many of the attacked
 * images, up to 16, as the essential checks can be made on, and makes the others where what is left allows them.
 * None of it counts as queries of the test. Nothing is found where the test draws or forges images: they claim no robustness.
 * @param options `exhaustive` makes every check on the whole sample, whatever it costs.
 * @throws UserError when the model does not answer with finite numbers; the reason of the signal when it is aborted.
 */
export async function audit(
  plan: TestPlan,
  options: AuditOptions & { readonly exhaustive?: boolean; readonly onCheck?: OnCheck },
): Promise<Audit> {
  const { kind } = definitionOf(plan.attacks[0].attack);
  if (!kinds[kind].isAdversarial || options.subjects.length === 0) return { findings: [], notChecked: [] };
  const allowance = options.exhaustive ? Infinity : allowanceOf(options);
  let spent = 0;
  const count = (passes: number) => {
    spent += passes;
  };
  const { conditions, surrogates = [] } = options;
  const trial = affordableTrial(plan, allowance, {
    ...options,
    subjects: await loadSamples(plan, options.subjects),
    conditions: { ...conditions, victim: counted(conditions.victim, count) },
    surrogates: surrogates.map((surrogate) => counted(surrogate, count)),
  });
  const findings: Finding[] = [];
  const notChecked: Omission[] = [];
  for (const [done, check] of checks.entries()) {
    options.onCheck?.(done, checks.length);
    await nextTurn();
    conditions.signal?.throwIfAborted();
    const reason = check.obstacle?.(trial) ?? excess(check.cost(trial), allowance - spent);
    if (reason !== undefined) {
      notChecked.push({ check: check.id, reason });
      continue;
    }
    const message = await check.examine(trial);
    if (message !== undefined) findings.push({ check: check.id, message });
  }
  options.onCheck?.(checks.length, checks.length);
  return { findings, notChecked };
}

function allowanceOf({ rounds }: AuditOptions): number {
  return auditAllowance(rounds.reduce((sum, { queries }) => sum + passesOf(queries), 0));
}

/** How many forward passes an audit that is not exhaustive may take. @param passes what the attack itself took */
export function auditAllowance(passes: number): number {
  return Math.max(leastAllowance, Math.floor(share * passes));
}

/** The largest sample on which the essential checks can be made. */
function affordableTrial(plan: TestPlan, allowance: number, options: TrialOptions): Trial {
  let trial = createTrial(plan, options);
  for (let images = mostImages - 1; images > 0 && costOfEssentials(trial) > allowance; images--) {
    trial = createTrial(plan, options, images);
  }
  return trial;
}

/** What the essential checks take at most. */
function costOfEssentials(trial: Trial): number {
  const essential = checks.filter(({ isEssential, obstacle }) => isEssential && !obstacle?.(trial));
  return essential.reduce((sum, check) => sum + check.cost(trial), 0);
}

/** Why a check is left out that costs more passes than are left. */
function excess(cost: number, left: number): string | undefined {
  if (cost <= left) return undefined;
  return `it may take ${cost} passes through the model, and ${left} are left for the audit`;
}
