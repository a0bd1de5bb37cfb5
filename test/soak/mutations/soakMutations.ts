import { mkdtempSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { formats, loaderOf } from './formats.ts';
import { isFailure, Mutations, type Outcome } from './mutations.ts';

/** Mutations of a format in one process. Loading what formats need takes time, too. */
const inTurn = 1000;

/**
 * Opens mutated inputs, as many of each format, in several processes, and prints the first failure of each sort with the
 * command that brings it back.
 * @param end when to stop, as `performance.now` counts.
 * @param names formats; all where there are none.
 * @returns how many sorts of failures there were.
 */
export async function soakMutations(end: number, names: readonly string[]): Promise<number> {
  const chosen = names.length > 0 ? names : Object.keys(formats);
  for (const name of chosen) loaderOf(name);
  const first = Math.floor(Math.random() * 1e9);
  console.log(`Mutations of ${chosen.join(', ')}, with seeds from ${first} on.`);
  const counts = new Map<string, number>();
  const sorts = new Map<string, number>();

  async function takeTurn(format: string, seed: number): Promise<void> {
    const mutations = new Mutations();
    for (let i = 0; i < inTurn && performance.now() < end; i++) {
      const outcome = await mutations.open(`${format}:${seed + i}`);
      counts.set(format, (counts.get(format) ?? 0) + 1);
      if (!isFailure(outcome)) continue;
      const sort = sortOf(format, outcome);
      if (!sorts.has(sort)) console.log(`\n${describe(outcome)}`);
      sorts.set(sort, (sorts.get(sort) ?? 0) + 1);
    }
    mutations.dispose();
    console.log(`${format}: ${counts.get(format)} so far`);
  }

  let turns = 0;
  const takeTurns = async () => {
    while (performance.now() < end) {
      const turn = turns++;
      const round = Math.floor(turn / chosen.length);
      await takeTurn(chosen[turn % chosen.length] as string, first + round * inTurn);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, takeTurns));
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const each = [...counts].map(([format, count]) => `${format} ${count}`).join(', ');
  console.log(`\n${all} inputs: ${each}: ${sorts.size} sorts of failures`);
  for (const [sort, count] of sorts) console.log(`  ${count} × ${sort}`);
  return sorts.size;
}

/** Opens one again, and prints what came of it and where its input stands. Returns 1 where it has failed. */
export async function replayMutation(name: string): Promise<number> {
  const folder = mkdtempSync(path.join(tmpdir(), 'perturb-mutation-'));
  const mutations = new Mutations();
  const outcome = await mutations.open(name, folder);
  mutations.dispose();
  console.log(`${name}: ${outcome.result}: ${outcome.message}\nThe input is in ${folder}.`);
  return isFailure(outcome) ? 1 : 0;
}

/** The same for failures that are alike: those of one place in the code, or with the same words but for numbers and names. */
function sortOf(format: string, { result, message }: Outcome): string {
  const [words = '', ...stack] = message.split('\n');
  const place = stack.find((line) => line.includes('/src/'))?.trim();
  const plain = place ? words.split(':')[0] : words.replaceAll(/"[^"]*"|'[^']*'|[\d.]+|\(.*\)/g, '…').slice(0, 200);
  return [format, result, plain, place].filter((part) => part !== undefined).join(' ');
}

function describe({ name, result, message }: Outcome): string {
  const words = message.length > 2000 ? `${message.slice(0, 2000)}…` : message;
  return `${name}: ${result}: ${words}\nAgain: npm run soak -- --mutation ${name}. As a test: add '${name}' to test/unit/run/mutations.test.ts.`;
}
