import { type ConfiguredAttack, configureAttack, definitionOf } from '../runner/configuredAttack.ts';

const pgd = definitionOf('pgd');

/**
 * What stands beside an attack that is made on a surrogate: within a budget always PGD on the model itself, so that figures
 * of different surrogates and attacks can be compared; where PGD does not know the norm, or there is no budget, the same
 * attack on the model itself.
 */
export function whiteBoxOf(attack: ConfiguredAttack): ConfiguredAttack {
  const { choice } = attack;
  if (!definitionOf(attack.attack).fixedBudget || !pgd.norms.includes(choice.norm)) return attack;
  return configureAttack(pgd, { ...choice, parameters: {} });
}
