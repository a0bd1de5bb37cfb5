import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { commands } from './commands.ts';
import { type KillReport, Kills } from './kills.ts';

async function build(): Promise<void> {
  const file = path.join(import.meta.dirname, '..', '..', '..', 'esbuild.config.mjs');
  await promisify(execFile)(process.execPath, [file, '--if-stale']);
}

/**
 * Kills commands at random times, each in turn, and prints what does not hold afterwards with the seed that brings it back.
 * @param end when to stop, as `performance.now` counts.
 * @param names commands; all where there are none.
 * @returns the number of kills after which something did not hold.
 */
export async function soakKills(end: number, names: readonly string[]): Promise<number> {
  await build();
  const kills = new Kills();
  const chosen = names.length > 0 ? names : Object.keys(commands);
  const first = Math.floor(Math.random() * 1e9);
  console.log(`Kills of ${chosen.join(', ')}, with seeds from ${first} on.`);
  const hits = new Map<string, number>();
  let [count, failures] = [0, 0];
  for (; performance.now() < end; count++) {
    const command = chosen[count % chosen.length] as string;
    const name = `${command}:${first + count}`;
    const report = await kills.attempt(name);
    const sort = `${command}, ${report.kill.target}`;
    if (report.isHit) hits.set(sort, (hits.get(sort) ?? 0) + 1);
    if (report.faults.length === 0) continue;
    failures++;
    console.log(`\n${describe(name, report)}`);
  }
  for (const [sort, times] of [...hits].sort()) console.log(`  ${times} × ${sort}`);
  const hit = [...hits.values()].reduce((sum, times) => sum + times, 0);
  console.log(`${count} times, ${hit} of them before the command had ended; ${failures} failures.`);
  if (failures === 0) await kills.dispose();
  return failures;
}

/** Does one again, and prints what came of it. Returns 1 where something did not hold. */
export async function replayKill(name: string): Promise<number> {
  await build();
  const kills = new Kills();
  const report = await kills.attempt(name);
  console.log(describe(name, report));
  if (report.faults.length === 0) await kills.dispose();
  return report.faults.length > 0 ? 1 : 0;
}

function describe(name: string, { kill, faults }: KillReport): string {
  const { target, isAgain, after } = kill;
  const time = 'share' in after ? `after ${after.share} of its time` : `after ${after.changes} changes of files`;
  const what = `${name.split(':')[0]}${isAgain ? ' over an earlier one' : ''}, ${target} killed ${time}`;
  const found = faults.length > 0 ? faults.map((fault) => `  ${fault}`).join('\n') : '  all holds';
  return `${what}:\n${found}\nAgain: npm run soak -- --kill ${name}`;
}
