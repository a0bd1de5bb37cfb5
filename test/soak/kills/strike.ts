import type { Started } from '../../support/program.ts';
import { type Process, processes, waitFor } from '../processes.ts';

/** Milliseconds that processes may live on, or take to be there. */
const patience = 5_000;

/** What is killed. */
export const targets = ['engine', 'command line', 'all'] as const;
export type Target = (typeof targets)[number];

/** Kills what is meant; false where it has ended by itself. */
export async function strike({ pid, ended }: Started, target: Target): Promise<boolean> {
  let isOver = false;
  ended.then(() => {
    isOver = true;
  });
  const victim =
    target === 'command line'
      ? pid
      : target === 'all'
        ? -pid
        : await waitFor(async () => (isOver ? 0 : engineOf(pid)), patience);
  if (!victim) return false;
  try {
    process.kill(victim, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}

async function engineOf(parent: number): Promise<number | undefined> {
  const child = (await processes()).find((each) => each.parent === parent && each.command.includes('engine.js'));
  return child?.pid;
}

/** The processes of a command that have not ended within a time. */
export async function leftOf({ pid }: Started): Promise<Process[]> {
  const left = async () => (await processes()).filter(({ group }) => group === pid);
  const isOver = await waitFor(async () => ((await left()).length === 0 ? true : undefined), patience);
  return isOver ? [] : left();
}
