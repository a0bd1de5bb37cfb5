import type { Pixels } from '../../data/image.ts';
import { type Asking, decision } from '../dialogue.ts';
import { type Goal, isReachedBy } from '../goal.ts';

/** True where the victim answers as the goal wants. */
export function* reaches(goal: Goal, point: Pixels): Asking<boolean> {
  return isReachedBy(goal, yield* decision(point));
}

/**
 * Looks between a place where the goal is not reached and one where it is for one where it just is, by halving.
 * @param pointAt the point at a place, a number
 * @param width how near to each other the two places are in the end
 * @returns the last place where the goal is reached
 */
export function* boundarySearch(
  goal: Goal,
  pointAt: (place: number) => Pixels,
  { short, reached, width }: { readonly short: number; readonly reached: number; readonly width: number },
): Asking<number> {
  let [inside, outside] = [short, reached];
  while (Math.abs(outside - inside) > width) {
    const middle = (inside + outside) / 2;
    // As near as numbers can be.
    if (middle === inside || middle === outside) break;
    if (yield* reaches(goal, pointAt(middle))) outside = middle;
    else inside = middle;
  }
  return outside;
}
