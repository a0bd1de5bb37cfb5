import assert from 'node:assert/strict';
import path from 'node:path';
import { type Checks, firstFailure } from '../checks.ts';
import { type Rewrite, rewrittenPart } from './rewrite.ts';

export { anyCounterexampleWillDo } from './itFails.ts';

/** Makes a test of every mistake in a file's source: what the file exports must not pass the checks. @param file as in "models/open.ts". */
export function itFailsOf<T>(
  checks: Checks<T>,
  file: string,
  exported: string,
  rewrites: Readonly<Record<string, Rewrite>>,
): void {
  for (const [mistake, rewrite] of Object.entries(rewrites)) {
    it(`where ${mistake}`, async () => {
      const { dir: folder, name } = path.parse(file);
      const mutant = await rewrittenPart<T>({ folder, file: name, exported }, rewrite);
      assert.notEqual(await firstFailure(checks, mutant), undefined, 'the mutant passes every check');
    });
  }
}
