import { watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';

/** Waits for a file of this name to appear somewhere below a folder, and returns its path. */
export function nextFile(folder: string, name: string): Promise<string> {
  return new Promise((resolve) => {
    const watcher = watch(folder, { recursive: true }, async (_, changed) => {
      const file = path.join(folder, String(changed));
      if (path.basename(file) !== name || !(await stat(file).catch(() => undefined))) return;
      watcher.close();
      resolve(file);
    });
  });
}
