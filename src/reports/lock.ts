import { randomUUID } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { createFile } from '../data/createFile.ts';
import { UserError } from '../userError.ts';

/** Stands in a run folder as long as a process writes there. */
const lockFile = 'run.lock';

/** Who writes into a folder. */
interface Holder {
  readonly pid: number;
  readonly host: string;
}

/**
 * Locks a folder for this process. A lock that a process left when it was killed does not count.
 * @param isOnly true where nobody else can be writing there, as a scheduler runs no task twice at a time: then neither does
 * one that was left on another machine, of whose processes nothing is known.
 * @returns what unlocks it again.
 * @throws UserError when another process writes there, or the folder cannot be written.
 */
export async function lockFolder(folder: string, isOnly = false): Promise<() => Promise<void>> {
  const isStale = (holder: Holder) => !isAlive(holder) || (isOnly && holder.host !== hostname());
  const unlock = await take(path.join(folder, lockFile), isStale);
  await removeLeft(folder);
  return unlock;
}

/**
 * Creates a lock, in place of one that is stale. What is stale is removed by one process at a time, which holds a lock for
 * that: else it could remove the lock of a process that was faster.
 */
async function take(file: string, isStale: (holder: Holder) => boolean): Promise<() => Promise<void>> {
  const own: Holder = { pid: process.pid, host: hostname() };
  const unlock = () => rm(file, { force: true });
  for (;;) {
    if (await createFile(file, `${JSON.stringify(own)}\n`, `${file}.${randomUUID()}`)) return unlock;
    const holder = await holderOf(file);
    if (holder === 'nobody') continue;
    if (holder === undefined || !isStale(holder)) {
      const who = holder ? `process ${holder.pid} on ${holder.host}` : 'another process';
      throw new UserError(
        `${path.dirname(file)} is being written to by ${who}. Wait for it to end, or choose another folder. If no such process exists, delete ${file}.`,
      );
    }
    const finish = await take(`${file}.removing`, isStale);
    try {
      const now = await holderOf(file);
      if (typeof now === 'object' && isStale(now)) await unlock();
    } finally {
      await finish();
    }
  }
}

/** Removes what processes that were killed while they locked the folder have left beside the lock. */
async function removeLeft(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    // The one under which locks are removed is itself a lock, which others may have taken anew.
    if (!name.startsWith(`${lockFile}.`) || name.endsWith('.removing')) continue;
    const aside = path.join(folder, name);
    const holder = await holderOf(aside);
    // Others may be about to lock it.
    if (typeof holder === 'object' && !isAlive(holder)) await rm(aside, { force: true });
  }
}

/** Undefined where the file does not say. */
async function holderOf(file: string): Promise<Holder | undefined | 'nobody'> {
  try {
    return parseHolder(await readFile(file, 'utf8'));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'nobody' : undefined;
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    const { pid, host } = JSON.parse(text);
    return Number.isInteger(pid) && pid > 0 && typeof host === 'string' ? { pid, host } : undefined;
  } catch {
    return undefined;
  }
}

/** False for a process of this machine that is gone; nothing is known of those of others. */
function isAlive({ pid, host }: Holder): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
