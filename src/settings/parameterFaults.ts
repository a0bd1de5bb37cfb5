import type { Amount } from '../parameters/amount.ts';
import { readValue } from '../parameters/complete.ts';
import type { Fault } from './problem.ts';
import type { ExplainKey } from './structure.ts';
import { meantAmount } from './suggest.ts';

/** An attack, a detector or a training defense, as far as its parameters go. */
export interface Parametrized {
  readonly title: string;
  readonly parameters: Readonly<Record<string, { readonly schema: object }>>;
}

/** Amounts that match their schema but have no value, such as "8/0". */
export function amountFaults({ parameters }: Parametrized, given: Readonly<Record<string, unknown>>): Fault[] {
  return Object.entries(given).flatMap(([name, value]) => {
    const parameter = parameters[name];
    if (parameter === undefined) return [];
    try {
      readValue(parameter, value);
      return [];
    } catch (error) {
      const message = `${(error as Error).message}.`;
      return [{ path: ['parameters', name], message, meant: meantAmount(value as Amount) }];
    }
  });
}

/** What a key may be mistaken for. */
export interface Neighborhood {
  /** What has the parameters, in words: "attack". */
  readonly owner: string;
  /** The one that is named, where there is one. */
  readonly chosen: Parametrized | undefined;
  readonly all: Iterable<Parametrized>;
  /** The keys beside `parameters`. */
  readonly outerKeys: object;
  readonly settings: object;
}

/** What to do with a parameter beside its owner's name, and with a key among the parameters that belongs beside them. */
export function explainParameter({ owner, chosen, all, outerKeys, settings }: Neighborhood): ExplainKey {
  const candidates = chosen ? [chosen] : [...all];
  return ([outer, inner]) => {
    if (inner === undefined && candidates.some(({ parameters }) => Object.hasOwn(parameters, String(outer)))) {
      const value = JSON.stringify(settings[outer as keyof object]);
      return `"${outer}" is a parameter of the ${owner}. Move it into "parameters": { "${outer}": ${value} }.`;
    }
    if (outer !== 'parameters' || inner === undefined || !chosen) return undefined;
    if (Object.hasOwn(outerKeys, inner))
      return `"${inner}" does not belong in "parameters". Move it up one level, next to "parameters".`;
    return Object.keys(chosen.parameters).length === 0
      ? `${chosen.title} has no parameters. Remove "${inner}".`
      : undefined;
  };
}
