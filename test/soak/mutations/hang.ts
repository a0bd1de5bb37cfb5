import { setTimeout as delay } from 'node:timers/promises';
import { processorTime } from '../processes.ts';

/** Seconds of processor time until an input that is not open, nor refused, counts as hung: on a busy machine, too. */
const patience = 20;

/** Seconds that it may wait for what never comes, using none. */
const longestWait = 600;

/**
 * Watches a process that opens an input.
 * @param before seconds of processor time that the process had used when it began.
 * @returns once it has hung, in words.
 * @throws the signal's reason, when that aborts.
 */
export async function hang(pid: number, before: number, signal: AbortSignal): Promise<string> {
  const began = performance.now();
  for (let left = patience; left > 0; left = patience - ((await processorTime(pid)) - before)) {
    if (performance.now() - began > longestWait * 1000) return `no answer within ${longestWait} s`;
    await delay(Math.max(1, left) * 1000, undefined, { signal });
  }
  return `no answer within ${patience} s of processor time`;
}
