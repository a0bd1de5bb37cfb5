import type { ThreatModel } from '../attacks/definition.ts';
import { type Asking, type Dialogue, decision, propose, pullback } from '../attacks/dialogue.ts';
import { isReached, lead } from '../attacks/goal.ts';
import { distances } from '../attacks/norms.ts';
import { levelOf, valueAt } from '../data/grid.ts';
import type { ImageShape, Pixels } from '../data/image.ts';
import type { Candidate, Wish } from './candidate.ts';
import { cheapestChange } from './cheapestChange.ts';

/** A point that does what is wished, and is to be replaced by one of the 8-bit grid. */
export interface OffGrid extends Wish {
  readonly image: Pixels;
  readonly input: ImageShape;
  readonly found: Candidate;
}

/** Rounds of linearization. They end by themselves, after four or five as a rule. */
const rounds = 20;
/** How far beyond the point the grid is tried, where nothing nearer fools the model. */
const stretches = [1.02, 1.05, 1.1, 1.2, 1.4, 1.7, 2, 3, 5];

/**
 * Looks on the 8-bit grid for the nearest point that does what a point beside it does, where rounding alone would lose
 * success or distance. It follows the model's own linearization: the nearest grid point where that says success is asked
 * about, and the model linearized anew there, until nothing nearer turns up. Without gradients, and where that fails, the
 * perturbation is stretched until it survives rounding.
 */
export function* latticeSearch(problem: OffGrid, threatModel: ThreatModel): Dialogue {
  const { image, found, prefer } = problem;
  const nearest = onGrid(found.point);
  if (!found.success || prefer === 'surest') {
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
function* linearized({ image, input, found, goal, norm, confidence }: OffGrid): Asking<boolean> {
  let nearest = Infinity;
  let point = found.point;
  /** What is asked for beyond the confidence, relative to what it takes: it makes up for the model's curvature. */
  let margin = 1e-3;
  for (let round = 0; round < rounds; round++) {
    const { logits, gradient } = yield* pullback(point, goal.margin);
    const ahead = lead(goal, logits);
    const distance = distances(image, point, input.channels)[norm];
    if (round > 0) {
      const success = isReached(goal, logits) && ahead >= confidence;
      if (success && distance >= nearest) return true;
      if (success) nearest = distance;
      margin = success ? margin / 2 : Math.max(0.01, 2 * margin);
    }
    const needed = confidence - ahead + dot(gradient, point, image);
    const next = cheapestChange(image, gradient, needed + margin * Math.abs(needed), norm, input.channels);
    if (next === undefined || next.every((value, i) => value === point[i])) break;
    if (distances(image, next, input.channels)[norm] >= nearest) break;
    point = next;
  }
  return nearest < Infinity;
}

function dot(gradient: Float32Array, to: Pixels, from: Pixels): number {
  let sum = 0;
  for (let i = 0; i < gradient.length; i++) sum += (gradient[i] as number) * ((to[i] as number) - (from[i] as number));
  return sum;
}

function onGrid(point: Pixels): Pixels {
  return point.map((value) => valueAt(levelOf(Math.min(Math.max(value, 0), 1))));
}
