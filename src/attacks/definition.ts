import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { ImageShape, Pixels } from '../data/image.ts';
import type { Budget } from '../geometry/budget.ts';
import type { Norm } from '../geometry/norms.ts';
import { type Amount, amountSchema, parseAmount } from '../parameters/amount.ts';
import type { Dialogue } from './dialogue.ts';
import type { Goal } from './goal.ts';

/** What an attack may ask: gradients (white-box), logits (score-based) or predictions only (decision-based). */
export type ThreatModel = 'white-box' | 'score-based' | 'decision-based';

/** A parameter's value where the settings give none; it may depend on the budget and on the parameters listed before it. */
export interface Default<T, P = unknown> {
  readonly value: T | ((budget: Budget, earlier: P) => T);
  /** The value in words, for the documentation. */
  readonly text: string;
  /** Where the value comes from. */
  readonly source: string;
}

/** One parameter of an attack. */
export interface Parameter<T, P = unknown> {
  readonly description: string;
  /** JSON Schema of what settings may say; an amount (number or fraction) becomes a number. */
  readonly schema: object;
  /** The preset `quick`, used where no preset is named. */
  readonly quick: Default<T, P>;
  /** The preset `paper`, where the original source says other than `quick`. */
  readonly paper?: Default<T, P>;
}

/** The sets of parameter values that a test can name. */
export const presets = ['quick', 'paper'] as const;
export type Preset = (typeof presets)[number];

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
}

/**
 * What it makes: an example that fools the model, an image forged to look like a class to the model alone, or a
 * picture of how the model answers around an image.
 */
export type Kind = 'attack' | 'forge' | 'explanation';

export type GoalKind = 'untargeted' | 'targeted';

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
  readonly parameters: { readonly [K in keyof P]: Parameter<P[K], P> };
  /** The lead over every other class that its examples are to have (κ of Carlini & Wagner); none where it is missing. */
  confidence?(parameters: P): number;
  /** About how many points it asks a model about for one image, where it does not succeed early. */
  cost(parameters: P, model: { readonly classes: number; readonly input: ImageShape }): number;
  run(attempt: Attempt<P, N>): Dialogue;
}

/**
 * All parameters of one run: what the settings give, and the preset's values for the rest.
 * @throws RangeError for an amount that is not one.
 */
export function completeParameters(
  attack: AttackDefinition,
  given: Readonly<Record<string, unknown>>,
  preset: Preset,
  budget: Budget,
): Record<string, unknown> {
  const parameters: Record<string, unknown> = {};
  for (const [name, parameter] of Object.entries(attack.parameters)) {
    const { value: fallback } = (preset === 'paper' && parameter.paper) || parameter.quick;
    if (!(name in given)) parameters[name] = typeof fallback === 'function' ? fallback(budget, parameters) : fallback;
    else if (parameter.schema === amountSchema) parameters[name] = parseAmount(given[name] as Amount);
    else parameters[name] = given[name];
  }
  return parameters;
}
