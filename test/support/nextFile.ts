import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** Waits until a file of this name is written somewhere below a folder, from now on, and returns its path. */
export async function nextFile(folder: string, name: string): Promise<string> {
  const before = versionsOf(folder, name);
  // Of folders that are new, a watcher may come too late to see the files.
  for (;;) {
    for (const [file, version] of versionsOf(folder, name)) if (before.get(file) !== version) return file;
    await setTimeout(50);
  }
}

function versionsOf(folder: string, name: string): Map<string, number> {
  const versions = new Map<string, number>();
  for (const file of filesBelow(folder).filter((one) => path.basename(one) === name)) {
    const version = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
    if (version !== undefined) versions.set(file, version);
  }
  return versions;
}

/** A folder that is yet to be made, or is removed meanwhile, holds nothing. */
function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const file = path.join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(file) : [file];
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
