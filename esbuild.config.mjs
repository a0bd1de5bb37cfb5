// Builds what runs: the command line, the engine, the extension and its webview.
// `--if-stale` builds only where a source is newer.
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

const root = import.meta.dirname;
// Native modules cannot be bundled, TensorFlow.js must be the one that tfjs-node registers itself with, and the others ask
// for Node's own modules in a way that only CommonJS has.
const external = [
  'vscode',
  'sharp',
  'onnxruntime-node',
  'onnxruntime-web',
  '@tensorflow/*',
  'yauzl',
  'yazl',
  'protobufjs',
  'commander',
  'cli-progress',
  'cli-table3',
  'yaml',
];

/** @type {import('esbuild').BuildOptions} */
const common = {
  absWorkingDir: root,
  outdir: 'dist',
  bundle: true,
  sourcemap: true,
  metafile: true,
  logLevel: 'warning',
};
/** @type {import('esbuild').BuildOptions} */
const node = { ...common, platform: 'node', target: 'node20', format: 'esm' };

/** @type {Record<string, import('esbuild').BuildOptions>} */
const builds = {
  'cli.js': {
    ...node,
    entryPoints: { cli: 'src/cli/main.ts' },
    external,
    mainFields: ['module', 'main'],
    // What only some uses need stands in files of its own, loaded when it is called for.
    splitting: true,
    chunkNames: 'cli/[name]-[hash]',
  },
  'engine.js': {
    ...node,
    entryPoints: { engine: 'src/engine/main.ts' },
    external,
    splitting: true,
    chunkNames: 'engine/[name]-[hash]',
    mainFields: ['module', 'main'],
  },
  'onnxThread.js': {
    ...node,
    entryPoints: { onnxThread: 'src/models/onnx/session/thread.ts' },
    external,
    mainFields: ['module', 'main'],
  },
  'extension.js': {
    ...node,
    entryPoints: { extension: 'src/extension/main.ts' },
    external,
    splitting: true,
    chunkNames: 'extension/[name]-[hash]',
    mainFields: ['module', 'main'],
    minify: true,
  },
  // The pages: one for each kind of panel, and that of the HTML report.
  'webview.js': {
    ...common,
    entryPoints: { webview: 'webview/main.ts', training: 'webview/training.ts', report: 'webview/report.ts' },
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    minify: true,
  },
};

/** A module has no `require`: what calls it for one of Node's own modules fails once it is loaded, and no sooner. */
function checkImports(name, { format }, { outputs }) {
  const required = Object.values(outputs).flatMap(({ imports }) =>
    imports.filter(({ kind, external }) => format === 'esm' && kind === 'require-call' && external),
  );
  if (required.length === 0) return;
  const modules = [...new Set(required.map((one) => one.path))].join(', ');
  throw new Error(`In ${name} a bundled package requires ${modules}, which fails there: list the package as external.`);
}

function isStale() {
  const outputs = [...Object.keys(builds), 'inputs.json'].map((name) => path.join(root, 'dist', name));
  if (!outputs.every((file) => existsSync(file))) return true;
  const built = Math.min(...outputs.map((file) => statSync(file).mtimeMs));
  const sources = ['src', 'webview'].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true }).map((file) => path.join(root, folder, file)),
  );
  return [...sources, path.join(root, 'package.json')].some((file) => statSync(file).mtimeMs > built);
}

if (!process.argv.includes('--if-stale') || isStale()) {
  for (const folder of ['cli', 'engine', 'extension'])
    rmSync(path.join(root, 'dist', folder), { recursive: true, force: true });
  // The files that went into each: whose licenses the notices have to name.
  const inputs = await Promise.all(
    Object.entries(builds).map(async ([name, options]) => {
      const { metafile } = await build(options);
      checkImports(name, options, metafile);
      return [name, Object.keys(metafile?.inputs ?? {}).sort()];
    }),
  );
  writeFileSync(path.join(root, 'dist', 'inputs.json'), JSON.stringify(Object.fromEntries(inputs)));
}
