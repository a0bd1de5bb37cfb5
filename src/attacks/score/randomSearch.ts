import type { Pixels } from '../../data/image.ts';
import { type Dialogue, logits, propose } from '../dialogue.ts';
import type { Goal } from '../goal.ts';
import { objective } from './objective.ts';

/** A search that changes what it has at random, and takes back what does not bring it nearer to the goal. */
export interface RandomSearch<S extends { readonly point: Pixels }> {
  readonly goal: Goal;
  /** Points that are asked about. */
  readonly queries: number;
  readonly start: S;
  /**
   * What is tried in place of the best so far.
   * @param asked how many points were asked about before it
   * @param rejected what was tried last, whose memory may be used again
   */
  change(best: S, asked: number, rejected?: S): S;
}

/** Random search (Rastrigin 1963), as Square and Sparse-RS have it. */
export function* randomSearch<S extends { readonly point: Pixels }>(search: RandomSearch<S>): Dialogue {
  const { goal, queries, start, change } = search;
  let best = start;
  let rejected: S | undefined;
  let reached = objective(goal, yield* logits(start.point));
  for (let asked = 1; asked < queries; asked++) {
    const next = change(best, asked, rejected);
    const value = objective(goal, yield* logits(next.point));
    if (value > reached) {
      best = next;
      reached = value;
      rejected = undefined;
    } else rejected = next;
  }
  yield* propose(best.point);
}

/**
 * The part of what may change that a step changes, as a schedule has it that was made for 10,000 queries.
 * @param schedule pairs of the last step and the divisor of the first part, in their order
 * @param asked of `queries`; another number of queries than 10,000 stretches the schedule
 */
export function partAt(
  schedule: readonly (readonly [last: number, divisor: number])[],
  first: number,
  asked: number,
  queries: number,
): number {
  const step = Math.floor((asked / queries) * 10_000);
  const [, divisor] = schedule.find(([last]) => step <= last) as readonly [number, number];
  return first / divisor;
}
