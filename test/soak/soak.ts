// `npm run soak`: looks for what the tests have not found, with new random seeds, for as long as one likes.
//
//   npm run soak -- [properties|kills|mutations] [--minutes N] [files, commands, or formats]
//
//   properties   the property tests, or those of some test files, with new examples
//   kills        commands that are killed at random times, all or some
//   mutations    mutated inputs of all formats, or of some
//   --kill COMMAND:SEED, --mutation FORMAT:SEED   one of them again
//
// Without a kind, each gets a third of the time. Ends with 1 where anything has failed.
import { parseArgs } from 'node:util';
import { replayKill, soakKills } from './kills/soakKills.ts';
import { replayMutation, soakMutations } from './mutations/soakMutations.ts';
import { soakProperties } from './properties.ts';

/** Each takes the time to end at, and what is named behind it; it gives the number of failures. */
const kinds = { mutations: soakMutations, kills: soakKills, properties: soakProperties };
type Kind = keyof typeof kinds;

const { values, positionals } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    kill: { type: 'string' },
    mutation: { type: 'string' },
  },
  allowPositionals: true,
});
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new Error(`--minutes is "${values.minutes}", but must be a number above 0.`);

async function soak(): Promise<number> {
  if (values.kill !== undefined) return replayKill(values.kill);
  if (values.mutation !== undefined) return replayMutation(values.mutation);
  const [first = '', ...names] = positionals;
  const isKind = Object.hasOwn(kinds, first);
  if (!isKind && first !== '') names.unshift(first);
  // Test files alone are files of properties.
  const chosen = isKind
    ? [first as Kind]
    : names.length > 0
      ? (['properties'] as const)
      : (Object.keys(kinds) as Kind[]);
  let failures = 0;
  for (const kind of chosen) {
    failures += await kinds[kind](performance.now() + (minutes * 60_000) / chosen.length, names);
  }
  return failures;
}

process.exitCode = (await soak()) > 0 ? 1 : 0;
