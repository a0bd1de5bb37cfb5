// `npm run defenses`: hardens models, fits detectors, attacks them, and writes results.json and results.md. Takes hours;
// every row is kept in .cache/defenses, so that it can be interrupted, and a killed training goes on where it was.
//   --only ID...   only rows whose id begins with one of these, such as fashion/madry or signs/detectors
//   --list         prints the ids of all rows
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { cachedRow } from './cachedRow.ts';
import { describeResults } from './describeResults.ts';
import { root } from './domains.ts';
import { keyOf } from './keyOf.ts';
import { type Results, readResults, resultsFile } from './results.ts';
import { rows } from './rows.ts';

/** Rows that were measured here, or else those of the last results, where their inputs are still the same. */
async function writeResults(): Promise<void> {
  const known: Results = existsSync(resultsFile) ? readResults() : {};
  const results: Results = Object.fromEntries(
    rows.flatMap((plan) => {
      const inputs = keyOf(plan.inputs);
      const last = known[plan.id];
      const row = cachedRow(plan) ?? (last?.inputs === inputs ? last : undefined);
      return row ? [[plan.id, { ...row, inputs }]] : [];
    }),
  );
  await writeFile(resultsFile, `${JSON.stringify(results)}\n`);
  const biome = path.join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
  spawnSync(process.execPath, [biome, 'format', '--write', resultsFile]);
  await writeFile(path.join(import.meta.dirname, 'results.md'), describeResults(results));
}

const { values, positionals } = parseArgs({
  options: { only: { type: 'boolean' }, list: { type: 'boolean' } },
  allowPositionals: true,
});
const chosen = rows.filter(({ id }) => !values.only || positionals.some((start) => id.startsWith(start)));
const failed: string[] = [];
if (values.list) console.log(rows.map(({ id }) => id).join('\n'));
else {
  for (const plan of chosen) {
    const isKnown = cachedRow(plan) !== undefined;
    console.log(`${plan.id}${isKnown ? ': measured before' : ''}`);
    if (isKnown) continue;
    const program = ['--import', 'tsx', path.join(import.meta.dirname, 'measureRow.ts'), plan.id];
    const { status } = spawnSync(process.execPath, program, { cwd: root, stdio: 'inherit' });
    if (status !== 0) failed.push(plan.id);
    await writeResults();
  }
  await writeResults();
}
if (failed.length > 0) {
  console.error(`Failed: ${failed.join(', ')}`);
  process.exitCode = 1;
}
