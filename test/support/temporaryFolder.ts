import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A folder for the files of one test. */
export interface TemporaryFolder {
  /** The absolute path of something in the folder. */
  at(...names: string[]): string;
  /** Writes a file, and the folders that it is in; returns its absolute path. */
  write(name: string, content: string | Uint8Array): Promise<string>;
}

/** Gives every test of the surrounding `describe` an empty folder, and removes it afterwards. */
export function temporaryFolder(): TemporaryFolder {
  let root = '';
  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'perturb-data-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const at = (...names: string[]) => {
    // Before a test there is no folder yet, and what is written then would end up in the working directory.
    if (root === '') throw new Error('a temporary folder was used outside of a test');
    return path.join(root, ...names);
  };
  return {
    at,
    async write(name, content) {
      await mkdir(path.dirname(at(name)), { recursive: true });
      await writeFile(at(name), content);
      return at(name);
    },
  };
}
