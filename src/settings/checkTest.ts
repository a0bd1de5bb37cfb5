import { type Amount, amountSchema, parseAmount } from '../attacks/amount.ts';
import type { AttackDefinition } from '../attacks/definition.ts';
import { type Attacks, anyTestSchema, testSchemaOf } from './attackSchema.ts';
import { epsilonFaults } from './epsilonFaults.ts';
import { type Fault, isObject } from './problem.ts';
import { type TestSettings, testBase } from './schema.ts';
import { type ExplainKey, structuralFaults } from './structure.ts';

/** What is wrong with a test on its own, before anyone looks at its models and its dataset. */
export function checkTest(value: unknown, attacks: Attacks): Fault[] {
  const settings = isObject(value) ? value : {};
  const attack = typeof settings.attack === 'string' ? attacks.get(settings.attack) : undefined;
  const schema = attack ? memoized(testSchemaOf, attack) : memoized(anyTestSchema, attacks);
  const faults = structuralFaults(schema, value, explainKey(attack, attacks, settings));

  const sound = soundPart(value, faults);
  const { epsilon, parameters, expect } = sound;
  // A norm or a grid that is stated wrongly leaves open which limits hold.
  const norm = 'norm' in settings ? sound.norm : attack?.norms[0];
  const quantize = 'quantize' in settings ? sound.quantize : true;
  if (epsilon !== undefined) faults.push(...epsilonFaults(epsilon, norm, quantize));
  if (attack && parameters) faults.push(...parameterFaults(attack, parameters));
  if (attack && expect) faults.push(...boundFaults(attack, expect, settings.epsilon));
  return faults;
}

/** The settings of a test without the keys that have a mistake, so that one mistake is not reported twice. */
export function soundPart(value: unknown, faults: readonly Fault[]): Partial<TestSettings> {
  const entries = Object.entries(isObject(value) ? value : {});
  return Object.fromEntries(entries.filter(([key]) => !faults.some(({ path }) => path[0] === key)));
}

/** What to do with a parameter beside the attack, and with a setting of the test among the parameters. */
function explainKey(attack: AttackDefinition | undefined, attacks: Attacks, settings: object): ExplainKey {
  const candidates = attack ? [attack] : [...attacks.values()];
  return ([outer, inner]) => {
    if (inner === undefined && candidates.some(({ parameters }) => Object.hasOwn(parameters, String(outer)))) {
      const value = JSON.stringify(settings[outer as keyof object]);
      return `"${outer}" is a parameter of the attack. Move it into "parameters": { "${outer}": ${value} }.`;
    }
    if (outer !== 'parameters' || inner === undefined || !attack) return undefined;
    if (Object.hasOwn(testBase.properties, inner)) {
      return `"${inner}" belongs beside "parameters", not inside. Move it there.`;
    }
    return Object.keys(attack.parameters).length === 0
      ? `${attack.title} has no parameters. Remove "${inner}".`
      : undefined;
  };
}

/** Amounts that match their schema and have no value, such as "8/0". */
function parameterFaults(attack: AttackDefinition, parameters: Readonly<Record<string, unknown>>): Fault[] {
  return Object.entries(parameters).flatMap(([name, value]) => {
    if (attack.parameters[name]?.schema !== amountSchema) return [];
    try {
      parseAmount(value as Amount);
      return [];
    } catch (error) {
      return [{ path: ['parameters', name], message: `${(error as Error).message}.` }];
    }
  });
}

/** Lists of bounds that are not as long as the list of epsilons. */
function boundFaults(
  { title, fixedBudget }: AttackDefinition,
  expect: NonNullable<TestSettings['expect']>,
  epsilon: unknown,
): Fault[] {
  const budgets = Array.isArray(epsilon) ? epsilon.length : 1;
  return Object.entries(expect).flatMap(([metric, bounds]) => {
    if (!Array.isArray(bounds) || bounds.length === budgets) return [];
    const found = `There ${bounds.length === 1 ? 'is 1 bound' : `are ${bounds.length} bounds`}`;
    const message = fixedBudget
      ? `${found} for ${budgets === 1 ? '1 epsilon' : `${budgets} epsilons`}. Give one bound for each epsilon, or a single number for all.`
      : `${found}, and ${title} makes one attack. Give a single number.`;
    return [{ path: ['expect', metric], message }];
  });
}

const memory = new WeakMap<object, object>();

/** Schemas are built and compiled once. */
function memoized<T extends object>(build: (from: T) => object, from: T): object {
  const known = memory.get(from) ?? build(from);
  memory.set(from, known);
  return known;
}
