import type { Norms } from '../../src/geometry/norms.ts';
import { argmax, softmax } from '../../src/models/functional.ts';
import type { Trace } from '../../src/reports/report.ts';

/** A point that an attack visited. */
export interface TracePoint {
  /** Its number among all points of the attack, or its epsilon. */
  readonly at: number;
  readonly logits: readonly number[];
  readonly norms: Norms;
  /** Index of the predicted class, and the confidence. */
  readonly predicted: number;
  readonly confidence: number;
  /** Its place on the contact sheet. */
  readonly frame: number;
}

/** The points of a trace in the order of their axis. */
export function tracePoints(steps: Trace['steps']): TracePoint[] {
  return steps
    .map((step, frame): TracePoint => {
      const predicted = argmax(step.logits);
      return { ...step, frame, predicted, confidence: softmax(step.logits)[predicted] as number };
    })
    .sort((a, b) => a.at - b.at);
}

/**
 * The classes that are worth a line, at most eight: `first` ones, then those that lead somewhere, then those with the
 * highest logits at `start`.
 */
export function classesToDraw(points: readonly TracePoint[], start: TracePoint, first: readonly number[]): number[] {
  const byLogit = start.logits.map((_, i) => i).sort((a, b) => (start.logits[b] ?? 0) - (start.logits[a] ?? 0));
  return [...new Set([...first, ...points.map(({ predicted }) => predicted), ...byLogit])].slice(0, mostLines);
}

const mostLines = 8;

/** A part of the axis on which the prediction stays the same: places of its first and last point. */
export interface Reign {
  readonly predicted: number;
  readonly first: number;
  readonly last: number;
}

/** The predictions along the axis, neighbors that agree as one. */
export function reignsOf(points: readonly TracePoint[]): Reign[] {
  const reigns: Reign[] = [];
  for (const [i, { predicted }] of points.entries()) {
    const former = reigns.at(-1);
    if (former?.predicted === predicted) reigns[reigns.length - 1] = { ...former, last: i };
    else reigns.push({ predicted, first: i, last: i });
  }
  return reigns;
}

/** Where the attack started: the point at zero, or the one nearest to it. */
export function startOf(points: readonly TracePoint[]): number {
  return points.reduce((best, { at }, i) => (Math.abs(at) < Math.abs(points[best]?.at ?? Infinity) ? i : best), 0);
}

/** The slope of a class's logit at a point: the difference quotient of its neighbors. */
export function slopeAt(points: readonly TracePoint[], place: number, index: number): number {
  const [before, after] = [points[Math.max(0, place - 1)], points[Math.min(points.length - 1, place + 1)]];
  if (!before || !after || before.at === after.at) return 0;
  return ((after.logits[index] ?? 0) - (before.logits[index] ?? 0)) / (after.at - before.at);
}

/** The place of the point nearest to a share of the axis, from 0 to 1. */
export function placeAt(points: readonly TracePoint[], share: number): number {
  const [low, high] = ends(points);
  const wanted = low + share * (high - low);
  return points.reduce(
    (best, { at }, i) => (Math.abs(at - wanted) < Math.abs((points[best]?.at ?? Infinity) - wanted) ? i : best),
    0,
  );
}

/** The share of the axis that lies before a value. */
export function shareOf(points: readonly TracePoint[], at: number): number {
  const [low, high] = ends(points);
  return high > low ? Math.min(1, Math.max(0, (at - low) / (high - low))) : 0;
}

function ends(points: readonly TracePoint[]): [low: number, high: number] {
  return [points[0]?.at ?? 0, points.at(-1)?.at ?? 0];
}
