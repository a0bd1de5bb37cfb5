import type { AttackDefinition } from '../attacks/attackDefinition.ts';
import { catalog } from '../attacks/catalog.ts';
import { ensemble } from '../attacks/ensemble.ts';
import type { Member } from '../attacks/member.ts';
import type { Budget } from '../geometry/budget.ts';
import type { Norm } from '../geometry/norms.ts';
import { completeParameters } from '../parameters/complete.ts';
import type { Preset } from '../parameters/parameter.ts';
import { UserError } from '../userError.ts';
import { budgetOnGrid } from './projection.ts';

/** What an attack is configured from. */
export interface AttackChoice {
  readonly norm: Norm;
  /** The budget as it is stated, in the pixel range [0, 1]; missing for attacks that minimize the norm. */
  readonly epsilon?: number;
  /** Points that it may ask about in the attack on one image; missing where the test sets no limit. */
  readonly queries?: number;
  /** Parameters that are given; the preset has the rest. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly preset: Preset;
  /** Adversarial examples live on the 8-bit grid. */
  readonly quantize: boolean;
}

/** An attack with everything that it is run with: resolved once, and the same to all who run or price it. Plain data. */
export interface ConfiguredAttack {
  /** Id in the catalog. */
  readonly attack: string;
  /** What it was configured from, so that it can be configured again with a change. */
  readonly choice: AttackChoice;
  /** The budget that it gets: on the 8-bit grid where its examples are to be; infinite where it minimizes the norm. */
  readonly budget: Budget;
  /** Every parameter, those that were not given among them. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/**
 * Completes the parameters of an attack for the budget that it gets.
 * @throws RangeError for an amount that is not one.
 */
export function configureAttack(attack: AttackDefinition, choice: AttackChoice): ConfiguredAttack {
  const { norm, epsilon = Infinity, queries, parameters, preset, quantize } = choice;
  const stated = { norm, epsilon: attack.fixedBudget ? epsilon : Infinity };
  const budget = quantize ? budgetOnGrid(stated) : stated;
  const means = { ...budget, ...(queries !== undefined && { queries }) };
  const complete = completeParameters(attack, parameters, preset, means);
  // As they were understood: a fraction is read once.
  const given = Object.fromEntries(Object.keys(parameters).map((name) => [name, complete[name]]));
  return { attack: attack.id, choice: { ...choice, parameters: given }, budget, parameters: complete };
}

/** The ids of what is run: the attack's, or those of a list. */
export function namesOf({ attack, parameters }: ConfiguredAttack): string[] {
  return attack === ensemble.id ? (parameters.attacks as readonly Member[]).map((member) => member.attack) : [attack];
}

/** The attack of the catalog with this id, or the ensemble. @throws UserError when there is none. */
export function definitionOf(id: string): AttackDefinition {
  const attack = id === ensemble.id ? (ensemble as unknown as AttackDefinition) : catalog.get(id);
  if (attack === undefined) throw new UserError(`There is no attack "${id}".`);
  return attack;
}
