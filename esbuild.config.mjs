// Builds what runs: the command line and the compute side. `--if-stale` builds only where a source is newer.
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

const root = import.meta.dirname;
const entryPoints = { cli: 'src/cli/main.ts', engine: 'src/engine/main.ts' };
const outputs = Object.keys(entryPoints).map((name) => path.join(root, 'dist', `${name}.js`));

function isStale() {
  if (!outputs.every((file) => existsSync(file))) return true;
  const built = Math.min(...outputs.map((file) => statSync(file).mtimeMs));
  const sources = readdirSync(path.join(root, 'src'), { recursive: true }).map((file) => path.join(root, 'src', file));
  return [...sources, path.join(root, 'package.json')].some((file) => statSync(file).mtimeMs > built);
}

if (!process.argv.includes('--if-stale') || isStale()) {
  await build({
    absWorkingDir: root,
    entryPoints,
    outdir: 'dist',
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    // Native modules cannot be bundled, and TensorFlow.js must be the one that tfjs-node registers itself with.
    packages: 'external',
    sourcemap: true,
    logLevel: 'warning',
  });
}
