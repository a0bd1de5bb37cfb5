import { type Judgment, judgeAll } from '../runner/victim.ts';
import type { Trial } from './trial.ts';

/** What the victim says of the sample, always asked for in the same batches. */
export async function judgmentsOfSample({ conditions, subjects }: Trial): Promise<Judgment[]> {
  const { victim, signal } = conditions;
  return judgeAll(victim, subjects, ({ image }) => image, signal);
}
