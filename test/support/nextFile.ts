import { existsSync, readdirSync, statSync } from 'node:fs';
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
  // A folder that is yet to be made holds nothing.
  if (!existsSync(folder)) return versions;
  const files = readdirSync(folder, { recursive: true }).map((file) => path.join(folder, `${file}`));
  for (const file of files.filter((one) => path.basename(one) === name)) {
    const version = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
    if (version !== undefined) versions.set(file, version);
  }
  return versions;
}
