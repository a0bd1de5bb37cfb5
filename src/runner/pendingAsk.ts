import type { Answer, Query } from '../attacks/dialogue.ts';
import type { Goal } from '../attacks/goal.ts';
import type { Ask } from './victim.ts';

/** A point that waits for its turn in a batch: the attack's own, which waits as well, and goes on with it afterwards. */
export interface PendingAsk extends Ask {
  /** Place among the answers of the query; a point that is only to be judged has none. */
  readonly slot?: number;
  /** When the attack came up with the point, counted from its start. */
  readonly order: number;
  /** Which question about the image it is, the first being 1: known once it is asked. */
  question?: number;
  /** Of its point, where answers are kept (see `keyOf`). */
  key?: string;
  /** Its place on the axis of an explanation. */
  readonly at?: number | undefined;
  readonly stage?: string | undefined;
  /** Asked only to learn about another point: neither a step nor a candidate. */
  readonly isAside?: boolean | undefined;
  /** Asked only to know what rounding to the grid makes of it. */
  readonly isOffGrid?: boolean;
  /** Where the mean of several answers is wanted: those that are there, and how many are to be. */
  readonly sample?: { readonly answers: Answer[]; readonly size: number };
}

/**
 * What a query asks, a point at a time, and as often as it wants answers about each.
 * @param first the order of its first point
 */
export function pendingAsks(query: Query, goal: Goal, stage: string | undefined, first: number): PendingAsk[] {
  const asks: PendingAsk[] = [];
  for (const [slot, point] of query.points.entries()) {
    asks.push({
      point,
      goal,
      functionals: query.kind === 'pullback' ? query.functionals[slot] : undefined,
      slot,
      order: first + slot,
      at: query.kind === 'logits' ? query.at?.[slot] : undefined,
      stage,
      isAside: query.kind === 'pullback' ? query.isAside : undefined,
    });
  }
  const samples = samplesOf(query);
  return samples === 1 ? asks : asks.flatMap((ask) => repeated(ask, samples));
}

/** How many answers a query wants about each point. */
export function samplesOf(query: Query): number {
  return (query.kind === 'pullback' && query.samples) || 1;
}

/** An ask as often as answers about its point are wanted; they are taken together. */
export function repeated(ask: PendingAsk, size: number): PendingAsk[] {
  if (size === 1) return [ask];
  const sample = { answers: [], size };
  return Array.from({ length: size }, () => ({ ...ask, sample }));
}
