import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { type KillReport, Kills } from './kills.ts';

async function prepare(): Promise<Kills> {
  const build = path.join(import.meta.dirname, '..', '..', '..', 'esbuild.config.mjs');
  await promisify(execFile)(process.execPath, [build, '--if-stale']);
  return Kills.prepare();
}

/**
 * Kills runs and trainings at random times, and prints what does not hold afterwards with the seed that brings it back.
 * @param end when to stop, as `performance.now` counts.
 * @returns the number of kills after which something did not hold.
 */
export async function soakKills(end: number): Promise<number> {
  const kills = await prepare();
  const { run, train } = kills.milliseconds;
  const first = Math.floor(Math.random() * 1e9);
  console.log(
    `Kills of a run of ${Math.round(run)} ms and a training of ${Math.round(train)} ms, with seeds from ${first} on.`,
  );
  let [count, hits, failures] = [0, 0, 0];
  for (; performance.now() < end; count++) {
    const report = await kills.attempt(first + count);
    if (report.isHit) hits++;
    if (report.faults.length === 0) continue;
    failures++;
    console.log(`\n${describe(first + count, report)}`);
  }
  console.log(`${count} times, ${hits} of them before the command had ended; ${failures} failures.`);
  if (failures === 0) await kills.dispose();
  return failures;
}

/** Does one again, and prints what came of it. Returns 1 where something did not hold. */
export async function replayKill(seed: number): Promise<number> {
  const kills = await prepare();
  const report = await kills.attempt(seed);
  console.log(describe(seed, report));
  if (report.faults.length === 0) await kills.dispose();
  return report.faults.length > 0 ? 1 : 0;
}

function describe(seed: number, { kill, faults }: KillReport): string {
  const { command, target, isAgain, after } = kill;
  const time = 'share' in after ? `after ${after.share} of its time` : `after ${after.changes} changes of files`;
  const what = `${command}${isAgain ? ' over an earlier one' : ''}, ${target} killed ${time}`;
  const found = faults.length > 0 ? faults.map((fault) => `  ${fault}`).join('\n') : '  all holds';
  return `${what}:\n${found}\nAgain: npm run soak -- --kill ${seed}`;
}
