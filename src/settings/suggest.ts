import { nearestName } from '../data/nearestName.ts';

/** A sentence that points from an unknown name to a known one. */
export function suggest(name: string, known: readonly string[]): string {
  const close = nearestName(name, known);
  return close === undefined ? `Available: ${known.join(', ')}.` : `Did you mean "${close}"?`;
}
