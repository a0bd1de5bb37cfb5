import { type Goal, isReachedBy } from '../attacks/goal.ts';
import type { TestPlan } from '../evaluation/plan.ts';
import { distances } from '../geometry/norms.ts';
import { configureAttack } from '../runner/configuredAttack.ts';
import type { Outcome, Subject } from '../runner/conversation.ts';
import { runAttack } from '../runner/runAttack.ts';
import type { Judgment, Victim } from '../runner/victim.ts';
import type { Counterexample } from './counterexample.ts';
import { type Receiving, revive } from './original.ts';
import type { Trial } from './states.ts';
import { warmStart } from './warmStart.ts';

/** A counterexample that no longer fools the model. */
export interface Survivor {
  readonly one: Counterexample;
  readonly goal: Goal;
  /** Of its own randomness. */
  readonly seed: number;
}

/** What trying known counterexamples needs. */
export interface TrialOptions extends Receiving {
  readonly plan: TestPlan;
  /** The folder that the counterexamples are kept in. */
  readonly folder: string;
  /** What decides in the test. */
  readonly judge: Victim;
  /** What is attacked, in turn. */
  readonly victims: readonly Victim[];
  readonly signal?: AbortSignal;
}

/**
 * Attacks counterexamples that no longer fool the model, each from its kept image: within the budget that it was found in,
 * or where its attack had none, no farther from the original than it is. Victims that give no gradients are left out.
 */
export async function* tryAnother(
  survivors: readonly Survivor[],
  options: TrialOptions,
): AsyncGenerator<{ readonly one: Counterexample; readonly trial: Trial }> {
  const left = new Set(survivors);
  for (const victim of options.victims) {
    if (victim.access !== 'gradients') continue;
    for (const group of groupsOf([...left])) {
      for await (const { survivor, trial } of attackGroup(victim, group, options)) {
        if (trial === 'foundAnother') left.delete(survivor);
        yield { one: survivor.one, trial };
      }
    }
  }
}

/** Those that can be attacked at once, having the same budget; where distances are the budgets, each has its own. */
function groupsOf(survivors: readonly Survivor[]): Survivor[][] {
  const groups = new Map<number | Survivor, Survivor[]>();
  for (const each of survivors) {
    const key = each.one.epsilon ?? each;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()];
}

async function* attackGroup(
  victim: Victim,
  group: readonly Survivor[],
  options: TrialOptions,
): AsyncGenerator<{ readonly survivor: Survivor; readonly trial: Trial }> {
  const { plan, folder, judge, signal } = options;
  const [{ one }] = group as [Survivor];
  const { quantize } = plan.attacks[0].choice;
  const epsilon = one.epsilon ?? (await distanceOf(one, options));
  const attack = configureAttack(warmStart, { norm: one.norm, epsilon, parameters: {}, preset: 'quick', quantize });
  async function* subjects(): AsyncGenerator<Subject> {
    for (const { one, goal, seed } of group) {
      const { original, adversarial } = await revive(one, folder, options);
      yield { image: original, goal, seed, starts: [adversarial] };
    }
  }
  // What barely fools a surrogate fools nothing else, and what a detector says is not among the answers.
  const decides = victim === judge && plan.detector === undefined;
  const prefer = decides ? {} : ({ prefer: 'latest' } as const);
  const run = { victim, attack, definition: warmStart, stopAtSuccess: decides, ...prefer, ...(signal && { signal }) };
  for await (const outcome of runAttack(run, subjects())) {
    const survivor = group[outcome.index] as Survivor;
    yield { survivor, trial: await trialOf(outcome, decides ? undefined : judge) };
  }
}

/** @param judge who decides, where that is not the one who was attacked */
async function trialOf({ best, subject, masked, queries }: Outcome, judge: Victim | undefined): Promise<Trial> {
  if (best?.success) {
    if (judge === undefined) return 'foundAnother';
    const [{ decision, rejected }] = (await judge.judge([best.point])) as [Judgment];
    if (isReachedBy(subject.goal, decision) && !rejected) return 'foundAnother';
  }
  return masked.zero + masked.nonFinite === queries.gradients ? 'notAttacked' : 'withstood';
}

async function distanceOf(one: Counterexample, options: TrialOptions): Promise<number> {
  const { original, adversarial } = await revive(one, options.folder, options);
  return distances(original, adversarial, options.input.channels)[one.norm];
}
