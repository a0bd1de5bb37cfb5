import { type Amount, isAmount, parseAmount } from './amount.ts';
import type { Parameter, ParametersOf, Preset } from './parameter.ts';

/** Values of parameters by name, as settings give them. */
type Given = Readonly<Record<string, unknown>>;

/**
 * All parameters of one run or training: what the settings give, and the preset's values for the rest.
 * @param given values that match the schemas of their parameters; others are left out.
 * @param context what the defaults may depend on: the budget, for an attack.
 * @throws RangeError for an amount that is not one.
 */
export function completeParameters<P>(
  definition: { readonly parameters: ParametersOf<P> },
  given: Given,
  preset: Preset,
): P;
export function completeParameters<P, Context>(
  definition: { readonly parameters: ParametersOf<P, Context> },
  given: Given,
  preset: Preset,
  context: Context,
): P;
export function completeParameters<P, Context>(
  { parameters }: { readonly parameters: ParametersOf<P, Context> },
  given: Given,
  preset: Preset,
  context?: Context,
): P {
  const complete: Record<string, unknown> = {};
  for (const [name, parameter] of Object.entries<Parameter<unknown, P, Context>>(parameters)) {
    const { value } = parameter[preset] ?? parameter.quick;
    if (Object.hasOwn(given, name)) {
      complete[name] =
        parameter.complete?.(given[name], preset, context as Context) ?? readValue(parameter, given[name]);
    } else complete[name] = typeof value === 'function' ? value(context as Context, complete as P) : value;
  }
  return complete as P;
}

/**
 * What a value that settings give means to its parameter.
 * @throws RangeError for an amount that is not one.
 */
export function readValue(parameter: { readonly schema: object }, value: unknown): unknown {
  return isAmount(parameter) ? parseAmount(value as Amount) : value;
}
