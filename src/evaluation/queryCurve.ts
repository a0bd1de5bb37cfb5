import type { AttackDefinition } from '../attacks/attackDefinition.ts';
import { checkpointFrom } from '../runner/progress.ts';
import { medianOf } from './metrics.ts';

/** What an attack had come to when it had asked about so many points of each image. */
export interface QueryPoint {
  readonly queries: number;
  /** Fraction of the eligible examples that were fooled by then. */
  readonly successRate: number;
  /** Over the eligible examples, in the norm of the attack; those that held count as infinite. */
  readonly medianDistance: number;
}

/** The part of an attack on one image that the curve needs. */
interface Attempted {
  readonly queries: number;
  readonly nearest: ReadonlyMap<number, number>;
}

/** Where questions are what an attack costs: there is a limit, or it has nothing else. */
export function countsQueries({ threatModel }: AttackDefinition, limit: number | undefined): boolean {
  return limit !== undefined || threatModel === 'score-based' || threatModel === 'decision-based';
}

/** Success against queries, up to the most that were asked about any image. @param attempts one for each eligible example */
export function queryCurve(attempts: readonly Attempted[]): QueryPoint[] {
  const most = Math.max(0, ...attempts.map(({ queries }) => queries));
  const curve: QueryPoint[] = [];
  const distances = attempts.map(() => Infinity);
  for (let queries = 1; queries <= checkpointFrom(Math.max(most, 1)); queries = checkpointFrom(queries + 1)) {
    for (const [i, { nearest }] of attempts.entries()) {
      distances[i] = Math.min(distances[i] as number, nearest.get(queries) ?? Infinity);
    }
    const fooled = distances.filter((distance) => distance < Infinity).length;
    curve.push({ queries, successRate: fooled / attempts.length, medianDistance: medianOf(distances) });
  }
  return curve;
}
