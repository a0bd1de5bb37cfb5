// Builds what runs: the command line and the compute side. `--if-stale` builds only when a source is newer.
import { glob, stat } from 'node:fs/promises';
import { build } from 'esbuild';

const outputs = { cli: 'src/cli/main.ts', engine: 'src/engine/main.ts' };

async function newest(pattern) {
  let time = 0;
  for await (const file of glob(pattern)) time = Math.max(time, (await stat(file)).mtimeMs);
  return time;
}
