import assert from 'node:assert/strict';
import { type Checks, firstFailure } from '../support/checks.ts';
import type { Rewrite } from './rewrite.ts';
import { rewrittenExport } from './rewriteFile.ts';

export { anyCounterexampleWillDo } from './itFails.ts';

/** Makes a test of every mistake in a file's source: what the file exports must not pass the checks. @param file as in "models/open.ts". */
export function itFailsOf<T>(
  checks: Checks<T>,
  file: string,
  exported: string,
  rewrites: Readonly<Record<string, Rewrite>>,
): void {
  for (const [name, rewrite] of Object.entries(rewrites)) {
    it(`where ${name}`, async () => {
      const mutant = await rewrittenExport<T>(file, exported, rewrite);
      assert.notEqual(await firstFailure(checks, mutant), undefined, 'the mutant passes every check');
    });
  }
}
