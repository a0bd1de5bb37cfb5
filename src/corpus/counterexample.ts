import Type from 'typebox';
import { identityOf } from '../evaluation/identity.ts';
import { norms } from '../geometry/norms.ts';
import { UserError } from '../userError.ts';
import { type LinesFile, readLines, writeLines } from './lines.ts';

const hash = (description: string) => Type.String({ pattern: '^[0-9a-f]{64}$', description });
const text = (description: string) => Type.String({ minLength: 1, description });

/** A line of `counterexamples.jsonl`, without its version. */
const counterexampleSchema = Type.Object({
  identity: hash('The case: see identityOf.'),
  test: text('Id of the test that it failed.'),
  image: text('Path of the original, relative to the folder of this file, with slashes.'),
  sha256: hash('Of the file of the original.'),
  input: text('Digest of the original as the model receives it: see inputDigest.'),
  label: text('The right class.'),
  target: Type.Optional(text('The class that was wanted, if the test has a target.')),
  norm: Type.Enum(norms),
  epsilon: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: 'The budget that it was found within.' })),
  model: hash('Of the model that it was found on.'),
  witness: text('The perturbation: see encodeDelta.'),
  sparse: Type.Optional(text('One of few pixels, to look at, whatever the norm of the test; none if it is the same.')),
  fixed: Type.Optional(hash('Of the model that the baseline knows to withstand it; none as long as it is fooled.')),
});

/**
 * An image that fooled a model, kept with its perturbation to be tried again on later versions. It belongs to one test;
 * images are named by their paths and hashes, never copied.
 */
export type Counterexample = Type.Static<typeof counterexampleSchema>;

const counterexamplesFile: LinesFile<Counterexample> = {
  name: 'counterexamples.jsonl',
  schema: counterexampleSchema,
  keyOf: ({ identity, test }) => `${identity} ${test}`,
  // Either fools the model that it was found on. One that counts as fixed is the stricter expectation.
  choose: (a, b) => {
    if ((a.fixed === undefined) !== (b.fixed === undefined)) return a.fixed === undefined ? b : a;
    return JSON.stringify(a) <= JSON.stringify(b) ? a : b;
  },
};

/** What tells kept counterexamples apart. */
export const keyOf = counterexamplesFile.keyOf;

/**
 * Every kept counterexample of a folder; none where nothing was kept.
 * @throws UserError as `readLines` does, and for one whose parts contradict each other.
 */
export async function readCounterexamples(folder: string): Promise<Counterexample[]> {
  const known = await readLines(folder, counterexamplesFile);
  for (const one of known) {
    if (identityOf(one) === one.identity) continue;
    throw new UserError(
      `${folder}: the counterexample ${one.identity.slice(0, 12)} in ${counterexamplesFile.name} was changed: its identity is not that of its image, goal, norm, and model. Restore its line from version control, or remove it.`,
    );
  }
  return known;
}

/** Replaces the kept counterexamples of a folder. @throws UserError when it cannot be written. */
export async function writeCounterexamples(folder: string, known: readonly Counterexample[]): Promise<void> {
  await writeLines(folder, counterexamplesFile, known);
}

/** What an addition came to: how many are new, and how many were kept before, which stay as they are. */
export interface Addition {
  readonly added: number;
  readonly known: number;
}

/** Keeps more counterexamples. @throws UserError when those that are there cannot be read, or none can be written. */
export async function addCounterexamples(folder: string, found: readonly Counterexample[]): Promise<Addition> {
  const kept = new Map((await readCounterexamples(folder)).map((one) => [keyOf(one), one]));
  const added = found.filter((one) => !kept.has(keyOf(one)));
  for (const one of added) kept.set(keyOf(one), one);
  if (added.length > 0) await writeCounterexamples(folder, [...kept.values()]);
  return { added: added.length, known: found.length - added.length };
}
