import { type Goal, isReachedBy } from '../attacks/goal.ts';
import type { Pixels } from '../data/image.ts';
import type { Case } from './cases.ts';

/** As many are enough to draw from. */
const most = 32;

/** For each goal, images of a test that are answered as it wants before any attack: attacks by predictions start there. */
export function startsAmong(cases: readonly Case[]): (goal: Goal) => readonly Pixels[] {
  const known = new Map<string, readonly Pixels[]>();
  return (goal) => {
    const key = goal.target === undefined ? `not ${goal.label}` : String(goal.target);
    const starts =
      known.get(key) ??
      cases
        .filter(({ clean }) => isReachedBy(goal, clean.decision) && !clean.rejected)
        .slice(0, most)
        .map(({ image }) => image.pixels);
    known.set(key, starts);
    return starts;
  };
}
