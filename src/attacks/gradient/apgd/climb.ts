import type { Pixels } from '../../../data/image.ts';
import { ascend } from '../../../geometry/steepestAscent.ts';
import type { Functional } from '../../../models/functional.ts';
import { type Dialogue, propose, pullback } from '../../dialogue.ts';
import type { ApgdAttempt } from './parameters.ts';

/** Weight of the gradient step, the rest being that of the last change of x (section 3.1, α). */
const alpha = 0.75;
/** The part of steps that must raise the loss for the step size to stay (section 3.1, ρ in condition 1). */
const rho = 0.75;

/** Algorithm 1 of Croce & Hein (2020, arXiv:2003.01690) on one loss from one starting point, in linf or l2. */
export function* climb({ budget, parameters, project }: ApgdAttempt, loss: Functional, start: Pixels): Dialogue {
  const checkpoints = checkpointsOf(parameters.steps);
  let eta = 2 * budget.epsilon;
  let previous = start;
  let now = { x: start, ...(yield* pullback(start, loss, parameters.eot)) };
  let best = now;
  // Since the last checkpoint w: where that was, steps that raised the loss, the best loss then, whether η was halved.
  let last = { w: 0, best: best.value, halved: false };
  let rises = 0;
  for (let k = 0; k < parameters.steps; k++) {
    const { x, value, gradient } = now;
    const z = project(ascend(x, gradient, budget.norm as 'linf' | 'l2', eta));
    // The first step is the plain one: there is no momentum yet.
    const next = k === 0 ? z : project(withMomentum(x, z, previous));
    previous = x;
    now = { x: next, ...(yield* pullback(next, loss, parameters.eot)) };
    if (now.value > value) rises++;
    if (now.value > best.value) best = now;
    // Algorithm 1 takes one step more before it looks back and throws that away; like its authors' program this does not.
    if (!checkpoints.has(k + 1)) continue;
    const stuck = rises < rho * (k + 1 - last.w); // condition 1
    const unimproved = !last.halved && best.value === last.best; // condition 2
    const halved = stuck || unimproved;
    if (halved) {
      eta /= 2;
      now = best;
    }
    last = { w: k + 1, best: best.value, halved };
    rises = 0;
  }
  yield* propose(best.x);
}

/** x + α (z − x) + (1 − α) (x − previous), rounded to float32 at the end. Writes to z. */
function withMomentum(x: Pixels, z: Pixels, previous: Pixels): Pixels {
  for (let i = 0; i < z.length; i++) {
    const from = x[i] as number;
    z[i] = from + alpha * ((z[i] as number) - from) + (1 - alpha) * (from - (previous[i] as number));
  }
  return z;
}

/** w_j = ⌈p_j · steps⌉ with p₀ = 0, p₁ = 0.22, p_{j+1} = p_j + max(p_j − p_{j−1} − 0.03, 0.06) (section 3.1). */
export function checkpointsOf(steps: number): ReadonlySet<number> {
  const checkpoints = new Set<number>();
  // In hundredths, which are whole numbers: 0.41 · 100 must not be a hair more than 41.
  for (let [before, p] = [0, 22]; p <= 100; [before, p] = [p, p + Math.max(p - before - 3, 6)]) {
    checkpoints.add(Math.ceil((p * steps) / 100));
  }
  return checkpoints;
}
