import path from 'node:path';
import { keepFrom, reportOf } from '../run/keep.ts';
import { resolvePlans } from '../settings/plans.ts';
import { readWorkspace } from '../settings/readSettings.ts';
import { startEngine } from './engine.ts';
import { printable } from './printable.ts';

/** Keeps what fooled the models of a run, and prints how much. @throws UserError as `keepFrom` does. */
export async function keep(
  run: string,
  { test, into, json }: { readonly test?: readonly string[]; readonly into?: string; readonly json?: boolean },
): Promise<void> {
  const { workspace } = await reportOf(run);
  const plans = new Map(resolvePlans(await readWorkspace(workspace)).plans.map((plan) => [plan.id, plan]));
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort(new Error('interrupted')));
  const engine = startEngine();
  try {
    const request = { engine, run, tests: test, into, planOf: (id: string) => plans.get(id) };
    const kept = await keepFrom(request, { signal: interrupt.signal });
    if (json) console.log(JSON.stringify(kept, null, 2));
    else {
      for (const { test, added, known, folder, notes } of kept) {
        const before = known > 0 ? `, ${known} were kept before` : '';
        const lines = [`${test}: kept ${added} counterexamples${before}: ${path.relative('', folder) || '.'}`];
        console.log(printable([...lines, ...notes.map((note) => `note: ${test}: ${note}`)].join('\n')));
      }
    }
  } finally {
    engine.dispose();
  }
}
