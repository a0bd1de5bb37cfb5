import path from 'node:path';

/** The folder of one of two shards. */
export function shardFolder(folder: string, number: 1 | 2): string {
  return path.join(folder, 'shards', `${number}`);
}
