import { readCounterexamples } from '../corpus/counterexample.ts';
import { firstFew } from '../data/firstFew.ts';
import type { TestPlan } from '../evaluation/plan.ts';

/**
 * Known counterexamples that no run tries, since the settings do not define their tests: a line for each folder that has
 * some. What cannot be read is left to the tests, which say so.
 * @param defined the ids of all tests that the settings define.
 */
export async function describeOrphans(plans: readonly TestPlan[], defined: readonly string[]): Promise<string[]> {
  const lines: string[] = [];
  for (const folder of new Set(plans.flatMap(({ robustness }) => robustness ?? []))) {
    const known = await readCounterexamples(folder).catch(() => []);
    const orphans = known.filter(({ test }) => !defined.includes(test));
    if (orphans.length === 0) continue;
    const tests = firstFew([...new Set(orphans.map(({ test }) => test))]);
    lines.push(
      `${folder}: known counterexamples that are never tried, since the settings do not define their tests: ${orphans.length} of ${tests}. Change "test" in their lines to the new name, or remove the lines.`,
    );
  }
  return lines;
}
