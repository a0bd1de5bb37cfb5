import type { Pixels } from '../../../data/image.ts';
import { projectOntoBall } from '../../../geometry/ballProjection.ts';
import { clip } from '../../../geometry/range.ts';
import { addScaled, sign } from '../../../geometry/vector.ts';
import type { Functional } from '../../../models/functional.ts';
import { type Asking, type Dialogue, propose, pullback } from '../../dialogue.ts';
import type { ApgdAttempt } from './parameters.ts';

/** The larger budgets that come first, in units of ε, and the part of steps within each; the last has what is left. */
const stages = [
  { times: 3, part: 0.3 },
  { times: 2, part: 0.3 },
] as const;
/** The part of steps after which it looks back. */
const lookBack = 0.04;
/** The part of values that a step changes at first, where the start says nothing. */
const firstDensity = 0.2;
/** A step changes so many times fewer values than the best point does. */
const thinning = 1.5;
/** Below this part of the values that the best point changed before, it has become sparser. */
const sparser = 0.95;
/** The step size falls by this factor, down to a tenth of ε. */
const [decay, leastStep] = [1.5, 0.1];

/**
 * APGD in l1: steps of the same size in every value that has one of the largest derivatives, as many values as the best
 * point suggests; their size goes back to ε where that point has become sparser, and is reduced where it has not. The
 * budget is 3ε first, then 2ε, then ε, each time from the best point of the last one (Croce & Hein 2021,
 * arXiv:2103.01208, algorithm 1 and section 4.2; constants are those of AutoAttack).
 */
export function* climbSparsely(attempt: ApgdAttempt, loss: Functional, start: Pixels): Dialogue {
  const { epsilon } = attempt.budget;
  const { steps } = attempt.parameters;
  let best = start;
  let left = steps;
  for (const { times, part } of stages) {
    const within = Math.floor(part * steps);
    if (within > 0) best = yield* climbWithin(attempt, loss, best, times * epsilon, within);
    left -= within;
  }
  yield* propose(yield* climbWithin(attempt, loss, best, epsilon, left));
}

/** Algorithm 1 within one budget: the point with the largest loss. */
function* climbWithin(
  { image, parameters: { eot } }: ApgdAttempt,
  loss: Functional,
  start: Pixels,
  epsilon: number,
  steps: number,
): Asking<Pixels> {
  const project = (point: Pixels) => {
    projectOntoBall(point, image, 'l1', epsilon);
    return clip(point);
  };
  const first = project(start.slice());
  let now = { x: first, ...(yield* pullback(first, loss, eot)) };
  let best = now;
  let eta = epsilon;
  const changedAtFirst = countOfChanges(image, first);
  let changed = changedAtFirst > 0 ? changedAtFirst : image.length;
  let density = changedAtFirst > 0 ? changed / image.length / thinning : firstDensity;
  const every = Math.max(Math.floor(lookBack * steps), 1);
  for (let k = 1; k <= steps; k++) {
    const x = project(addScaled(now.x, sparseAscent(now.gradient, density), eta));
    now = { x, ...(yield* pullback(x, loss, eot)) };
    if (now.value > best.value) best = now;
    if (k % every !== 0) continue;
    const before = changed;
    changed = countOfChanges(image, best.x);
    density = changed / image.length / thinning;
    if (changed < sparser * before) {
      eta = epsilon;
      now = best;
    } else eta = Math.max(eta / decay, leastStep * epsilon);
  }
  return best.x;
}

function countOfChanges(image: Pixels, point: Pixels): number {
  return point.reduce((count, value, i) => (value === image[i] ? count : count + 1), 0);
}

/** The signs of the largest derivatives, of this part of all values, at equal sizes that add up to 1. */
function sparseAscent(gradient: Float32Array, density: number): Float64Array {
  const sizes = gradient.map((g) => (Number.isFinite(g) ? Math.abs(g) : 0)).sort();
  const place = Math.min(Math.max(Math.floor((1 - density) * sizes.length), 0), sizes.length - 1);
  const least = sizes[place] as number;
  const direction = sign(gradient.map((g) => (Number.isFinite(g) && Math.abs(g) >= least ? g : 0)));
  const count = direction.reduce((sum, s) => sum + Math.abs(s), 0);
  return count > 0 ? direction.map((s) => s / count) : direction;
}
