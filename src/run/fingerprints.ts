import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { replaceFile } from '../data/replaceFile.ts';
import { generatorOf, type TestPlan } from '../evaluation/plan.ts';
import { fingerprintsFile } from '../reports/runFolder.ts';

/**
 * SHA-256 of all that the result of a test follows from: its plan, and names, sizes and times of the files that it reads.
 * Where the settings define it does not matter.
 */
export async function fingerprintOf({ origin: _, ...plan }: TestPlan): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(plan));
  for (const file of (await inputsOf(plan)).sort()) {
    const found = await stat(file).catch(() => undefined);
    hash.update(`\n${file} ${found?.size} ${found?.mtimeMs}`);
  }
  return hash.digest('hex');
}

/** Remembers what a test of a run was run from. */
export async function keepFingerprint(folder: string, { id }: TestPlan, fingerprint: string): Promise<void> {
  const known = await readFingerprints(folder);
  const text = `${JSON.stringify({ ...known, [id]: fingerprint }, null, 2)}\n`;
  await replaceFile(path.join(folder, fingerprintsFile), text);
}

/** What the finished tests of a run were run from, by their ids; nothing where that was not kept. */
export async function readFingerprints(folder: string): Promise<Readonly<Record<string, string>>> {
  try {
    return { ...JSON.parse(await readFile(path.join(folder, fingerprintsFile), 'utf8')) };
  } catch {
    return {};
  }
}

/**
 * The files of the models, with what lies beside them and what is enrolled, of the dataset, detector, purifier, and
 * generator, and of what is known from before.
 */
async function inputsOf(plan: Omit<TestPlan, 'origin'>): Promise<string[]> {
  const { model, surrogates = [], siblings = [], dataset, detector, purifier, robustness } = plan;
  const models = [model, ...surrogates, ...siblings];
  const files = models.filter(({ endpoint }) => endpoint === undefined);
  const labels = [
    ...models.map((each) => each.labels),
    typeof dataset?.labels === 'object' && 'csv' in dataset.labels ? dataset.labels.csv : undefined,
  ];
  const lists = await Promise.all([
    // Weights lie beside a model.
    ...files.map((each) => filesIn(path.dirname(each.path))),
    ...[
      ...models.map(({ enrolled }) => enrolled?.path),
      dataset?.path,
      detector?.path,
      purifier?.path,
      generatorOf(plan),
      robustness,
    ].map((place) => (place === undefined ? [] : filesIn(place, true))),
  ]);
  return [...labels.filter((file) => file !== undefined), ...lists.flat()];
}

/** The files in a folder, and in the folders below it, but for runs that are kept there; a file is itself. */
async function filesIn(folder: string, recursive = false): Promise<string[]> {
  const entries = await readdir(folder, { recursive, withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return [folder];
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !file.split(path.sep).includes('.perturb'));
}
