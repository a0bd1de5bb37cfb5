import { memberFaults } from './memberFaults.ts';
import { amountFaults, explainParameter, type Parametrized } from './parameterFaults.ts';
import { type Fault, isObject, soundPart } from './problem.ts';
import { structuralFaults } from './structure.ts';

/** What to check something against that names one of several definitions. */
export interface NamedRules<T extends object> {
  /** What the definitions are, in words. */
  readonly owner: string;
  /** The key that names one. */
  readonly key: string;
  readonly outerKeys: object;
  readonly schemas: { one(definition: T): object; any(definitions: ReadonlyMap<string, T>): object };
}

/** What a value names, if it is the name of something: settings may hold anything. */
export function named<T>(value: unknown, definitions: ReadonlyMap<string, T>): T | undefined {
  return typeof value === 'string' ? definitions.get(value) : undefined;
}

/** What does not match the schema of the definition that is named, and amounts among its parameters without a value. */
export function checkNamed<T extends Parametrized>(
  value: unknown,
  definitions: ReadonlyMap<string, T>,
  { owner, key, outerKeys, schemas }: NamedRules<T>,
): Fault[] {
  const settings = isObject(value) ? value : {};
  const chosen = named(settings[key], definitions);
  const explain = explainParameter({ owner, chosen, all: definitions.values(), outerKeys, settings });
  const faults = structuralFaults(chosen ? schemas.one(chosen) : schemas.any(definitions), value, explain);
  const { parameters } = soundPart<{ parameters: Readonly<Record<string, unknown>> }>(value, faults);
  if (chosen && parameters) faults.push(...amountFaults(chosen, parameters), ...memberFaults(parameters));
  return faults;
}
