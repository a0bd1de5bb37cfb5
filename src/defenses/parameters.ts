import { type Amount, amountSchema, parseAmount } from '../parameters/amount.ts';

/** One parameter of a detector or of a training defense. */
export interface DefenseParameter<T> {
  readonly description: string;
  /** JSON Schema of what settings may say; an amount (number or fraction) becomes a number. */
  readonly schema: object;
  /** The value where settings give none, and where it comes from. */
  readonly default: { readonly value: T; readonly text: string; readonly source: string };
}

/** The parameters of a definition, by name. */
export type DefenseParameters<P> = { readonly [K in keyof P]: DefenseParameter<P[K]> };

/**
 * All parameters of one training: what the settings give, and the defaults for the rest.
 * @throws RangeError for an amount that is not one.
 */
export function completeDefenseParameters<P>(
  { parameters }: { readonly parameters: DefenseParameters<P> },
  given: Readonly<Record<string, unknown>>,
): P {
  const entries = Object.entries<DefenseParameter<unknown>>(parameters).map(([name, { schema, default: fallback }]) => {
    if (!Object.hasOwn(given, name)) return [name, fallback.value];
    return [name, schema === amountSchema ? parseAmount(given[name] as Amount) : given[name]];
  });
  return Object.fromEntries(entries) as P;
}
