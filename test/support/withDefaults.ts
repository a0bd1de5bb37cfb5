import assert from 'node:assert/strict';
import type { AttackDefinition } from '../../src/attacks/attackDefinition.ts';
import type { Checks } from './checks.ts';

/** The checks on an attack with other defaults, such as fewer steps: for those that take the defaults. */
export function withDefaults(
  checks: Checks<AttackDefinition>,
  defaults: Readonly<Record<string, number>>,
): Checks<AttackDefinition> {
  const changed = (attack: AttackDefinition): AttackDefinition => {
    const parameters = { ...attack.parameters };
    for (const [name, value] of Object.entries(defaults)) {
      const parameter = parameters[name];
      assert.ok(parameter, `${attack.id} has no ${name}`);
      parameters[name] = { ...parameter, quick: { ...parameter.quick, value } };
    }
    return { ...attack, parameters };
  };
  return Object.fromEntries(
    Object.entries(checks).map(([name, check]) => [name, (attack: AttackDefinition) => check(changed(attack))]),
  );
}
