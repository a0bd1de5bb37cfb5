import { nearestName } from '../data/nearestName.ts';
import type { Amount } from '../parameters/amount.ts';

/** A sentence that points from an unknown name to a known one. */
export function suggest(name: string, known: readonly string[]): string {
  const close = nearestName(name, known);
  return close === undefined ? `Available: ${known.join(', ')}.` : `Did you mean "${close}"?`;
}

/** The names that the sentence points to. */
export function meantBy(name: string, known: readonly string[]): readonly string[] {
  const close = nearestName(name, known);
  return close === undefined ? known : [close];
}

/** The amount that one without a value stands for: gray levels, as in "8/0". */
export function meantAmount(amount: Amount): readonly string[] {
  const levels = typeof amount === 'number' ? amount : Number(/^\s*([\d.]+)\s*\/\s*[0.]+\s*$/.exec(amount)?.[1] ?? NaN);
  return levels > 0 && levels <= 255 ? [`${levels}/255`] : [];
}
