import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { keyOf, readCounterexamples } from '../corpus/counterexample.ts';
import { inCodePointOrder } from '../data/codePointOrder.ts';
import { replaceFile } from '../data/replaceFile.ts';
import type { TestPlan } from '../evaluation/plan.ts';
import { fingerprintsFile } from '../reports/runFolder.ts';
import { type Input, inputsOf } from './inputs.ts';

/** What the result of a test follows from, as people call it. Only the verdict follows from the known counterexamples. */
const causes = ['version of Perturb', 'settings', 'model', 'images', 'defense', 'known counterexamples'] as const;
export type Cause = (typeof causes)[number];

/** For each cause what it is: the version, or a SHA-256. */
export type Fingerprint = Readonly<Record<Cause, string>>;

/**
 * What the result of a test follows from: its plan, names, sizes and times of the files that it reads, and Perturb itself.
 * Where the settings define it does not matter.
 * @param version of Perturb.
 * @param isBaseline the result is to be the baseline: then it follows from which counterexamples are known, but not from
 * what the baseline says.
 */
export async function fingerprintOf(
  { origin: _, robustness, ...plan }: TestPlan,
  version: string,
  isBaseline = false,
): Promise<Fingerprint> {
  const inputs = inputsOf(plan);
  const [settings, model, images, defense, known] = await Promise.all([
    hashOf(plan, []),
    hashOfInputs(inputs.model),
    hashOfInputs(inputs.images),
    hashOfInputs(inputs.defense),
    isBaseline
      ? witnessesIn(robustness).then((known) => hashOf([robustness, known], []))
      : filesIn(robustness, true).then((files) => hashOf(robustness, files)),
  ]);
  return { 'version of Perturb': version, settings, model, images, defense, 'known counterexamples': known };
}

/** The known counterexamples without what the baseline says of them; `undefined` where they are damaged. */
async function witnessesIn(robustness: string | undefined): Promise<object[] | undefined> {
  const known = robustness === undefined ? [] : await readCounterexamples(robustness).catch(() => undefined);
  return known && inCodePointOrder(known, keyOf).map(({ fixed: _, ...one }) => one);
}

/** What has changed from one fingerprint to another; all where the one is not known. */
export function changesOf(before: Partial<Fingerprint> | undefined, now: Fingerprint): Cause[] {
  return causes.filter((cause) => before?.[cause] !== now[cause]);
}

/** Remembers what a test of a run is run from. @throws UserError when the folder cannot be written to. */
export async function keepFingerprint(folder: string, { id }: TestPlan, fingerprint: Fingerprint): Promise<void> {
  await writeFingerprints(folder, { ...(await readFingerprints(folder)), [id]: fingerprint });
}

/** Replaces what is known of what tests are run from. @throws UserError when the folder cannot be written to. */
export async function writeFingerprints(folder: string, fingerprints: Fingerprints): Promise<void> {
  await replaceFile(path.join(folder, fingerprintsFile), `${JSON.stringify(fingerprints, null, 2)}\n`);
}

/** By the ids of tests what they are run from, as far as that is known. */
export type Fingerprints = Readonly<Record<string, Partial<Fingerprint> | undefined>>;

/** What the tests of a run are run from; nothing where that was not kept. */
export async function readFingerprints(folder: string): Promise<Fingerprints> {
  try {
    return { ...JSON.parse(await readFile(path.join(folder, fingerprintsFile), 'utf8')) };
  } catch {
    return {};
  }
}

/** So many files are asked about at once: one by one takes long, and all images of a large dataset much memory. */
const atOnce = 64;

/** SHA-256 of a value, and of the names, sizes and times of files. */
async function hashOf(value: unknown, files: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(value) ?? '');
  const inOrder = files.toSorted();
  for (let from = 0; from < inOrder.length; from += atOnce) {
    const some = inOrder.slice(from, from + atOnce);
    const found = await Promise.all(some.map((file) => stat(file).catch(() => undefined)));
    for (const [i, file] of some.entries()) hash.update(`\n${file} ${found[i]?.size} ${found[i]?.mtimeMs}`);
  }
  return hash.digest('hex');
}

async function hashOfInputs(inputs: readonly Input[]): Promise<string> {
  const files = await Promise.all(
    inputs.map(async ({ path: place, isWithOthers }) => {
      const isFolder = (await stat(place).catch(() => undefined))?.isDirectory() ?? false;
      return isWithOthers && !isFolder ? filesIn(path.dirname(place)) : filesIn(place, true);
    }),
  );
  return hashOf(undefined, files.flat());
}

/** The files in a folder, and in the folders below it, but for runs that are kept there; a file is itself. */
async function filesIn(folder: string | undefined, recursive = false): Promise<string[]> {
  if (folder === undefined) return [];
  const entries = await readdir(folder, { recursive, withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return [folder];
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !file.split(path.sep).includes('.perturb'));
}
