import { randomUUID } from 'node:crypto';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
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
  const file = path.join(folder, lockFile);
  const own: Holder = { pid: process.pid, host: hostname() };
  for (;;) {
    if (await createFile(file, `${JSON.stringify(own)}\n`, besides(file))) {
      await removeLeft(folder);
      return () => rm(file, { force: true });
    }
    const text = await readFile(file, 'utf8').catch(() => '');
    const holder = parseHolder(text);
    if (holder === undefined || (isAlive(holder) && !(isOnly && holder.host !== own.host))) {
      const who = holder ? `process ${holder.pid} on ${holder.host}` : 'another process';
      throw new UserError(
        `${folder} is being written to by ${who}. Wait for it to end, or choose another folder. If no such process exists, delete ${file}.`,
      );
    }
    await removeStale(file, text);
  }
}

/** Removes what processes that were killed while they locked the folder have left beside the lock. */
async function removeLeft(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${lockFile}.`)) continue;
    const aside = path.join(folder, name);
    const holder = parseHolder(await readFile(aside, 'utf8').catch(() => ''));
    // Others may be about to lock it.
    if (holder && !isAlive(holder)) await rm(aside, { force: true });
  }
}

/** A name that nobody else takes. */
function besides(file: string): string {
  return `${file}.${randomUUID()}`;
}

/** Of several processes that find a stale lock one removes it, and none removes the lock of one that came before it. */
async function removeStale(file: string, text: string): Promise<void> {
  const aside = besides(file);
  const moved = await rename(file, aside).then(
    () => true,
    () => false,
  );
  if (!moved) return;
  if ((await readFile(aside, 'utf8').catch(() => text)) === text) await rm(aside, { force: true });
  else await rename(aside, file);
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
