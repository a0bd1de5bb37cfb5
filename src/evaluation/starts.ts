import { type Goal, isReachedBy } from '../attacks/goal.ts';
import type { Pixels } from '../data/image.ts';
import type { Case } from './cases.ts';

/** As many are enough to draw from. */
const most = 32;

/**
 * For each goal, images of a test that are answered as it wants before any attack: attacks by predictions start there.
 * Those of several goals are loaded once.
 */
export function startsAmong(cases: readonly Case[]): (goal: Goal) => Promise<readonly Pixels[]> {
  const loaded = new Map<Case, Promise<Pixels>>();
  const load = (one: Case) => {
    const pixels = loaded.get(one) ?? one.image.load();
    loaded.set(one, pixels);
    return pixels;
  };
  return (goal) =>
    Promise.all(
      cases
        .filter(({ clean }) => isReachedBy(goal, clean.decision) && !clean.rejected)
        .slice(0, most)
        .map(load),
    );
}
