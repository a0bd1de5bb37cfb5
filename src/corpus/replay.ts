import { createGoal, type Goal, isReachedBy } from '../attacks/goal.ts';
import type { TestPlan } from '../evaluation/plan.ts';
import { allFinite } from '../geometry/vector.ts';
import { exampleSeed } from '../runner/exampleSeed.ts';
import { normsWithin } from '../runner/projection.ts';
import type { Judgment, Victim } from '../runner/victim.ts';
import { UserError } from '../userError.ts';
import type { Counterexample } from './counterexample.ts';
import { type Revived, revive } from './original.ts';
import { type State, stateAfter, type Trial } from './states.ts';
import { type Survivor, type TrialOptions, tryAnother } from './tryAnother.ts';

/** What a known counterexample came to. */
export interface Replayed {
  readonly identity: string;
  /** The file of the original. */
  readonly image: string;
  readonly label: string;
  readonly target?: string;
  readonly state: State;
  /** SHA-256 of the model since which it is so, as far as is known. */
  readonly since: string;
  /** The class that the model of today predicts for the kept image. */
  readonly prediction: string;
  /** True if the baseline has it as fixed, and nothing could confirm that. */
  readonly unconfirmed?: true;
}

/** What replaying the known counterexamples of a test came to. */
export interface Replay {
  readonly examples: readonly Replayed[];
  /** Those that the test is no longer about: in another norm, with another kind of goal, or beyond its largest budget. */
  readonly outside: number;
  /** Seconds until every one was tried, before any attack. */
  readonly time: number;
}

/** How many known counterexamples fool the model, before those that do not are attacked. */
export interface Tried {
  readonly fooled: number;
  readonly newlyFooled: number;
  readonly total: number;
}

/** What a replay needs. */
export interface ReplayOptions extends TrialOptions {
  /** SHA-256 of the model. */
  readonly model: string;
  /** Called as soon as it is known how many fool the model; no attack begins before it is done. */
  onTried?(tried: Tried): void | Promise<void>;
}

/**
 * Tries the known counterexamples of a test on its model, then attacks those that no longer fool it (see `states`).
 * @throws UserError where one cannot be tried; the signal's reason when it aborts.
 */
export async function replay(known: readonly Counterexample[], options: ReplayOptions): Promise<Replay> {
  const start = performance.now();
  const { judge, folder, model, signal } = options;
  const trials = new Map<Counterexample, { readonly file: string; readonly prediction: string; trial: Trial }>();
  const survivors: Survivor[] = [];
  for (let from = 0; from < known.length; from += judge.batchSize) {
    signal?.throwIfAborted();
    const revived = await Promise.all(
      known.slice(from, from + judge.batchSize).map(async (one) => ({
        one,
        goal: goalOf(one, judge.classes),
        ...(await revive(one, folder, options)),
      })),
    );
    const within = revived.filter((each) => isWithin(each, options.plan, judge));
    const judgments = await judgeAll(judge, within, ({ adversarial }) => adversarial);
    const held = within.filter(({ goal }, i) => !isFooled(goal, judgments[i] as Judgment));
    const originals = await judgeAll(judge, held, ({ original }) => original);
    const survived = new Set(held.filter(({ goal }, i) => !isFooled(goal, originals[i] as Judgment)));
    for (const [i, each] of within.entries()) {
      const { one, file, goal } = each;
      const prediction = judge.classes[judgments[i]?.decision ?? -1] as string;
      trials.set(one, { file, prediction, trial: survived.has(each) ? 'notAttacked' : 'fooled' });
      if (survived.has(each)) survivors.push({ one, goal, seed: exampleSeed(options.plan.seed, one.sha256) });
    }
  }
  const time = Math.round(performance.now() - start) / 1000;
  const fooled = [...trials].filter(([, { trial }]) => trial === 'fooled');
  const newlyFooled = fooled.filter(([{ fixed }]) => fixed !== undefined).length;
  await options.onTried?.({ fooled: fooled.length, newlyFooled, total: trials.size });
  for await (const { one, trial } of tryAnother(survivors, options)) {
    const tried = trials.get(one);
    // Of several victims, one that gives no gradient takes nothing back.
    if (tried && trial !== 'notAttacked') tried.trial = trial;
  }
  const examples = [...trials].map(([one, { file, prediction, trial }]): Replayed => {
    const state = stateAfter(trial, one.fixed !== undefined);
    return {
      identity: one.identity,
      image: file,
      label: one.label,
      ...(one.target !== undefined && { target: one.target }),
      state,
      since: sinceWhen(one, state, model),
      prediction,
      ...(trial === 'notAttacked' && one.fixed !== undefined && { unconfirmed: true }),
    };
  });
  return { examples, outside: known.length - trials.size, time };
}

function sinceWhen({ model: foundOn, fixed }: Counterexample, state: State, model: string): string {
  if (state === 'stillFooled') return foundOn;
  return state === 'fixed' ? (fixed ?? model) : model;
}

function goalOf({ label, target, identity }: Counterexample, classes: readonly string[]): Goal {
  const [right, wanted] = [label, target].map((name) => {
    if (name === undefined) return undefined;
    const index = classes.indexOf(name);
    if (index >= 0) return index;
    throw new UserError(
      `The known counterexample ${identity.slice(0, 12)} is about "${name}", which is no class of the model. Check the model's labels, or remove the line of the counterexample.`,
    );
  });
  return createGoal(right as number, wanted);
}

/** True where a kept image is still what the test is about. */
function isWithin({ one, original, adversarial }: { one: Counterexample } & Revived, plan: TestPlan, judge: Victim) {
  const budgets = plan.attacks.map(({ budget }) => budget);
  if (one.norm !== budgets[0]?.norm || (one.target === undefined) !== (plan.target === undefined)) return false;
  return budgets.some((budget) => normsWithin(original, adversarial, budget, judge.input.channels) !== undefined);
}

function isFooled(goal: Goal, { decision, rejected = false }: Judgment): boolean {
  return isReachedBy(goal, decision) && !rejected;
}

async function judgeAll<T extends { readonly file: string }>(
  judge: Victim,
  images: readonly T[],
  pixelsOf: (image: T) => Float32Array,
): Promise<readonly Judgment[]> {
  if (images.length === 0) return [];
  const judgments = await judge.judge(images.map(pixelsOf));
  for (const [i, { logits }] of judgments.entries()) {
    if (logits === undefined || allFinite(logits)) continue;
    throw new UserError(
      `${images[i]?.file}: the model's answer to a known counterexample is not a finite number. Check its weights and preprocessing.`,
    );
  }
  return judgments;
}
