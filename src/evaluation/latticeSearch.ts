import type { ThreatModel } from '../attacks/definition.ts';
import { type Asking, type Dialogue, decision, propose, pullback } from '../attacks/dialogue.ts';
import { isReached, lead } from '../attacks/goal.ts';
import { distances } from '../attacks/norms.ts';
import { levelOf, valueAt } from '../data/grid.ts';
import type { ImageShape, Pixels } from '../data/image.ts';
import type { Candidate, Wish } from './candidate.ts';
import { cheapestChange } from './cheapestChange.ts';
import { roundToGrid } from './projection.ts';

/** A point that does what is wished, and is to be replaced by one of the 8-bit grid. */
export interface OffGrid extends Wish {
  readonly image: Pixels;
  readonly input: ImageShape;
  readonly found: Candidate;
}

/** Rounds of linearization. They end by themselves, after four or five as a rule. */
const rounds = 12;
/** Attempts in a row to come nearer that may fail. */
const patience = 3;
/** How far beyond the point the grid is tried, where nothing nearer fools the model. */
const stretches = [1.02, 1.05, 1.1, 1.2, 1.4, 1.7, 2, 3, 5];

/**
 * Looks on the 8-bit grid for the nearest point that does what a point beside it does, where rounding alone would lose
 * success or distance. The point is rounded, and as long as that does not fool the model, moved by as many gray levels as the
 * model's gradient there says are missing, the cheapest ones; then the model's linearization is asked for points that are
 * nearer yet. Without gradients, and where that fails, the perturbation is stretched until it survives rounding.
 */
export function* latticeSearch(problem: OffGrid, threatModel: ThreatModel): Dialogue {
  const { image, found, prefer } = problem;
  const nearest = onGrid(found.point);
  if (!found.success || prefer === 'latest') {
    yield* propose(nearest);
    return;
  }
  if (threatModel === 'white-box' && (yield* linearized(problem))) return;
  for (const factor of [1, ...stretches]) {
    const point = onGrid(found.point.map((value, i) => (image[i] as number) + factor * (value - (image[i] as number))));
    const answer = yield* decision(point);
    const { label, target } = problem.goal;
    if (target === undefined ? answer !== label : answer === target) return;
  }
}

/** True when a success was found. */
function* linearized(problem: OffGrid): Asking<boolean> {
  const { image, input, found, goal, norm, confidence } = problem;
  const distanceOf = (point: Pixels) => distances(image, point, input.channels)[norm];
  let nearest: { readonly point: Pixels; readonly gradient: Float32Array; readonly ahead: number } | undefined;
  let point = roundToGrid(image, found.point, norm);
  /** What is asked for beyond what is missing, relative to that: it makes up for the model's curvature. */
  let surplus = 0.01;
  let failures = 0;
  for (let round = 0; round < rounds; round++) {
    const { logits, gradient } = yield* pullback(point, goal.margin);
    const ahead = lead(goal, logits);
    const success = isReached(goal, logits) && ahead >= confidence;
    if (success && (nearest === undefined || distanceOf(point) < distanceOf(nearest.point))) {
      nearest = { point, gradient, ahead };
      [surplus, failures] = [0.01, 0];
    } else if (nearest !== undefined) {
      if (++failures === patience) break;
      surplus = 4 * surplus;
    }
    const next: Pixels | undefined =
      nearest === undefined
        ? cheapestChange(image, point, gradient, (1 + surplus) * (confidence - ahead), norm, input.channels)
        : nearer(problem, nearest, surplus);
    if (nearest === undefined) surplus = 2 * surplus;
    if (next === undefined || (nearest !== undefined && distanceOf(next) >= distanceOf(nearest.point))) break;
    point = next;
  }
  return nearest !== undefined;
}

/** Where the linearization at a success says that success is nearest to the image. */
function nearer(
  { image, input, norm, confidence }: OffGrid,
  { point, gradient, ahead }: { readonly point: Pixels; readonly gradient: Float32Array; readonly ahead: number },
  surplus: number,
): Pixels | undefined {
  const needed = confidence - ahead + dot(gradient, point, image);
  return cheapestChange(image, image, gradient, needed + surplus * Math.abs(needed), norm, input.channels);
}

function dot(gradient: Float32Array, to: Pixels, from: Pixels): number {
  let sum = 0;
  for (let i = 0; i < gradient.length; i++) sum += (gradient[i] as number) * ((to[i] as number) - (from[i] as number));
  return sum;
}

function onGrid(point: Pixels): Pixels {
  return point.map((value) => valueAt(levelOf(Math.min(Math.max(value, 0), 1))));
}
