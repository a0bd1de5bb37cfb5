import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { ImageShape, Pixels } from '../data/image.ts';
import type { Budget } from '../geometry/budget.ts';
import type { Norm } from '../geometry/norms.ts';
import type { ParametersOf } from '../parameters/parameter.ts';
import type { Dialogue } from './dialogue.ts';
import type { Goal } from './goal.ts';
import type { Kind } from './kind.ts';

/**
 * What an attack may ask: gradients (white-box), logits (score-based) or predictions only (decision-based), nothing but the
 * gradients of another model, a surrogate (transfer), or nothing, since a network was trained against the model beforehand
 * (semi-white-box).
 */
export const threatModels = ['white-box', 'score-based', 'decision-based', 'transfer', 'semi-white-box'] as const;
export type ThreatModel = (typeof threatModels)[number];

/** An attack that a model alone is not enough for: it needs another network, and is no part of lists or of other trainings. */
export function needsOtherNetwork({ threatModel }: Pick<AttackDefinition, 'threatModel'>): boolean {
  return threatModel === 'transfer' || threatModel === 'semi-white-box';
}

/** What an attack is given: one image, what to make of it, and the means. */
export interface Attempt<P, N extends Norm = Norm> {
  /** The original image. Attacks never write to it. */
  readonly image: Pixels;
  readonly shape: ImageShape;
  readonly goal: Goal;
  readonly budget: Budget<N>;
  readonly parameters: P;
  /** The nearest point within the budget and within [0, 1]; may write to its argument and return it. */
  project(point: Pixels): Pixels;
  /** The example's own source of randomness. */
  readonly random: RandomGenerator;
  /** Images that the victim already answers as the goal wants: where attacks can start that see predictions only. */
  readonly starts: readonly Pixels[];
  /** What the attack's generator makes of the image, where it has one. */
  readonly generated?: Pixels;
}

export type GoalKind = 'untargeted' | 'targeted';

/** What an attack may spend on one image, on which the defaults of its parameters may depend. */
export interface Means extends Budget {
  /** Points that it may ask about, where the test says how many. */
  readonly queries?: number;
}

/** Everything there is to say about an attack: settings schema, quick pick, help and documentation come from here. */
export interface AttackDefinition<P = Record<string, unknown>, N extends Norm = Norm> {
  /** Its name in settings. */
  readonly id: string;
  readonly title: string;
  readonly kind: Kind;
  readonly description: string;
  readonly source: string;
  readonly threatModel: ThreatModel;
  /** The norms it knows, the default first. */
  readonly norms: readonly [N, ...N[]];
  /** What it can be asked for: any wrong class, a certain class, or either. */
  readonly goals: readonly GoalKind[];
  /** True when it needs an epsilon; otherwise it looks for what is nearest, and nothing but the range bounds it. */
  readonly fixedBudget: boolean;
  readonly parameters: ParametersOf<P, Means>;
  /** The lead over every other class that its examples are to have (κ of Carlini & Wagner); none where it is missing. */
  confidence?(parameters: P): number;
  /** About how many points it asks a model about for one image, where it does not succeed early. */
  cost(parameters: P, model: { readonly classes: number; readonly input: ImageShape }): number;
  run(attempt: Attempt<P, N>): Dialogue;
}
