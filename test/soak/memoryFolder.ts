import { accessSync, constants, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Linux's folder of files that lie in memory. */
const inMemory = '/dev/shm';

/** A new folder, in memory where the system has that: thousands of small files there wait for no disk. */
export function memoryFolder(prefix: string): string {
  return mkdtempSync(path.join(isWritable(inMemory) ? inMemory : tmpdir(), prefix));
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
