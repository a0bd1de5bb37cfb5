import type { ThreatModel } from '../attacks/attackDefinition.ts';
import { type Asking, type Dialogue, decision, propose, pullback } from '../attacks/dialogue.ts';
import { type Goal, isReached, isReachedBy, lead } from '../attacks/goal.ts';
import { roundedToGrid } from '../data/grid.ts';
import type { ImageShape, Pixels } from '../data/image.ts';
import { distances } from '../geometry/norms.ts';
import { between, dotWithChange } from '../geometry/vector.ts';
import type { Candidate, Wish } from './candidate.ts';
import { cheapestChange } from './cheapestChange.ts';
import { roundToGrid } from './projection.ts';

/** A point that does what is wished, and is to be replaced by one of the 8-bit grid. */
export interface OffGrid extends Wish {
  readonly goal: Goal;
  readonly image: Pixels;
  readonly input: ImageShape;
  readonly found: Candidate;
}

/** Times that a rounded point is moved on before it is given up. */
const corrections = 6;
/** Attempts to come nearer that may fail in a row. */
const patience = 3;
/** What is asked for beyond what is missing, relative to that: it makes up for the model's curvature. */
const leastSurplus = 0.01;
/** How far beyond the point the grid is tried, where nothing nearer fools the model. */
const stretches = [1.002, 1.005, 1.01, 1.02, 1.05, 1.1, 1.2, 1.4, 1.7, 2, 3, 5];

/** Points that it asks about where it has no gradients, at most. */
export const latticeQueries = 1 + stretches.length;

/**
 * Looks on the 8-bit grid for the nearest point that does what a point beside it does, where rounding alone would lose
 * success or distance. The point is rounded, and as long as that does not fool the model, moved by as many gray levels as the
 * model's gradient there says are missing, the cheapest ones; then the model's linearization is asked for points that are
 * nearer yet. Without gradients, and where that fails, the perturbation is stretched until it survives rounding.
 */
export function* latticeSearch(problem: OffGrid, threatModel: ThreatModel): Dialogue {
  const { image, found, prefer } = problem;
  const nearest = roundedToGrid(found.point);
  if (!found.success || prefer === 'latest') {
    yield* propose(nearest);
    return;
  }
  if (threatModel === 'white-box' && (yield* linearized(problem))) return;
  for (const factor of [1, ...stretches]) {
    const point = roundedToGrid(between(image, found.point, factor));
    if (isReachedBy(problem.goal, yield* decision(point))) return;
  }
}

/** A point of the grid, and how the victim answers there. */
interface GridPoint {
  readonly point: Pixels;
  readonly distance: number;
  readonly success: boolean;
  readonly gradient: Float32Array;
  readonly ahead: number;
}

/** True when a success was found. */
function* linearized(problem: OffGrid): Asking<boolean> {
  const { image, input, found, norm } = problem;
  let nearest: GridPoint | undefined;
  // Nearest levels keep a strong perturbation as it is, and lose a faint one; cutting and raising does the reverse.
  const [levels, cut] = [roundedToGrid(found.point), roundToGrid(image, found.point, norm)];
  // Where both lose it, the gradient at the image tells which values to change.
  for (const start of distances(levels, cut, 1).linf === 0 ? [levels] : [levels, cut]) {
    const success = yield* corrected(problem, start);
    if (success && success.distance < (nearest?.distance ?? Infinity)) nearest = success;
  }
  if (nearest === undefined) return false;
  let surplus = leastSurplus;
  for (let failures = 0; failures < patience; ) {
    const next = nearer(problem, nearest, surplus);
    if (next === undefined || distances(image, next, input.channels)[norm] >= nearest.distance) break;
    const answered: GridPoint = yield* ask(problem, next);
    if (answered.success) [nearest, surplus, failures] = [answered, leastSurplus, 0];
    else [surplus, failures] = [4 * surplus, failures + 1];
  }
  return true;
}

/** The point, or one that is reached from it by the gray levels that the gradient says are missing. */
function* corrected(problem: OffGrid, start: Pixels): Asking<GridPoint | undefined> {
  const { image, input, norm, confidence } = problem;
  let surplus = leastSurplus;
  let point: Pixels | undefined = start;
  for (let correction = 0; point !== undefined && correction < corrections; correction++) {
    const answered: GridPoint = yield* ask(problem, point);
    if (answered.success) return answered;
    const missing = (1 + surplus) * (confidence - answered.ahead);
    point = cheapestChange(image, point, answered.gradient, missing, norm, input.channels);
    surplus *= 2;
  }
  return undefined;
}

function* ask({ image, input, goal, norm, confidence }: OffGrid, point: Pixels): Asking<GridPoint> {
  const { logits, gradient } = yield* pullback(point, goal.margin);
  const ahead = lead(goal, logits);
  const success = isReached(goal, logits) && ahead >= confidence;
  return { point, distance: distances(image, point, input.channels)[norm], success, gradient, ahead };
}

/** Where the linearization at a success says that success is nearest to the image. */
function nearer(
  { image, input, norm, confidence }: OffGrid,
  { point, gradient, ahead }: GridPoint,
  surplus: number,
): Pixels | undefined {
  const needed = confidence - ahead + dotWithChange(gradient, image, point);
  return cheapestChange(image, image, gradient, needed + surplus * Math.abs(needed), norm, input.channels);
}
