import { catalog } from '../attacks/catalog.ts';
import { parametersSchema } from '../parameters/schema.ts';
import { amountFaults } from './parameterFaults.ts';
import { type Fault, isObject } from './problem.ts';
import { structuralFaults } from './structure.ts';

/** Mistakes in an attack that is a parameter of another one: `{ "attack": "pgd", "parameters": { "stepz": 50 } }`. */
export function memberFaults(given: Readonly<Record<string, unknown>>): Fault[] {
  return Object.entries(given).flatMap(([name, member]) => {
    const attack = isObject(member) && typeof member.attack === 'string' ? catalog.get(member.attack) : undefined;
    if (attack === undefined || !isObject(member) || !isObject(member.parameters)) return [];
    const structural = structuralFaults(parametersSchema(attack.parameters), member.parameters).map(
      ({ path, message }) => ({ path: ['parameters', ...path], message }),
    );
    const faults = structural.length > 0 ? structural : amountFaults(attack, member.parameters);
    return faults.map(({ path, message }) => ({ path: ['parameters', name, ...path], message }));
  });
}
