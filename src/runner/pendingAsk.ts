import type { Answer, Query } from '../attacks/dialogue.ts';
import type { Ask } from './victim.ts';

/** A point that waits for its turn in a batch. */
export interface PendingAsk extends Ask {
  /** Place among the answers of the query; a point that is only to be judged has none. */
  readonly slot?: number;
  /** When the attack came up with the point, counted from its start. */
  readonly order: number;
  /** Its place on the axis of an explanation. */
  readonly at?: number;
  readonly stage?: string;
  /** Asked only to learn about another point: neither a step nor a candidate. */
  readonly isAside?: boolean;
  /** Asked only to know what rounding to the grid makes of it. */
  readonly isOffGrid?: boolean;
  /** Where the mean of several answers is wanted: those that are there, and how many are to be. */
  readonly sample?: { readonly answers: Answer[]; readonly size: number };
}

/** What a query asks, a point at a time, and as often as it wants answers about each. @param nextOrder counts the points */
export function pendingAsks(
  query: Query,
  about: Pick<PendingAsk, 'goal' | 'stage'>,
  nextOrder: () => number,
): PendingAsk[] {
  return query.points.flatMap((point, slot) => {
    const ask = {
      ...about,
      // A copy: what was judged must not change when the attack writes to its point again.
      point: point.slice(),
      slot,
      order: nextOrder(),
      ...(query.kind === 'logits' && { at: query.at?.[slot] }),
      ...(query.kind === 'pullback' && { functionals: query.functionals[slot], isAside: query.isAside }),
    };
    return repeated(ask, samplesOf(query));
  });
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
