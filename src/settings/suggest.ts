import { nearestName } from '../data/nearestName.ts';

/** A sentence that leads from a name that does not exist to one that does. */
export function suggest(name: string, known: readonly string[]): string {
  const close = nearestName(name, known);
  return close === undefined ? `Known: ${known.join(', ')}.` : `Did you mean "${close}"?`;
}
