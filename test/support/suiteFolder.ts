import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** One folder for all tests of the surrounding `describe`, so that they can share what was costly to make. */
export function suiteFolder(): { at(...names: string[]): string } {
  let root = '';
  before(async () => {
    root = await realpath(await mkdtemp(path.join(tmpdir(), 'perturb-suite-')));
  });
  after(() => rm(root, { recursive: true, force: true }));
  return { at: (...names) => path.join(root, ...names) };
}
