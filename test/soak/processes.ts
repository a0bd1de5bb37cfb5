import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

/** A process that runs. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly command: string;
}

/** Every process of this machine that runs; not those that have ended and are only waited for. */
export async function processes(): Promise<Process[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat=,args=']);
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parent, group, state, command = ''] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s*(.*)$/.exec(line) ?? [];
    if (state === undefined || state.startsWith('Z')) return [];
    return [{ pid: Number(pid), parent: Number(parent), group: Number(group), command }];
  });
}

/** Waits for what a function finds, and looks for it again and again; `undefined` where it has not come in time. */
export async function waitFor<T>(find: () => Promise<T | undefined>, milliseconds: number): Promise<T | undefined> {
  for (const end = performance.now() + milliseconds; ; ) {
    const found = await find();
    if (found !== undefined || performance.now() > end) return found;
    await delay(20);
  }
}

/** Seconds of processor time that a process has used; 0 for one that has ended. */
export async function processorTime(pid: number): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'time=', '-p', `${pid}`]).catch(() => ({ stdout: '' }));
  // "[days-][hours:]minutes:seconds", with hundredths on macOS.
  const [seconds = 0, minutes = 0, hours = 0, days = 0] = stdout.trim().split(/[-:]/).map(Number).reverse();
  return seconds + 60 * (minutes + 60 * (hours + 24 * days));
}
