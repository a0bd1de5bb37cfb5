import assert from 'node:assert/strict';
import path from 'node:path';
import { build } from 'esbuild';

const root = path.join(import.meta.dirname, '..', '..', '..');

/** What must not be loaded when VS Code starts. */
const heavy = /(schema|catalog)\.ts$|^src\/models\/(onnx|tfjs|tensorflow|keras)\//i;

describe('the extension', () => {
  it('loads no engine, no schema, and no library when it is activated', async () => {
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: ['src/extension/main.ts'],
      bundle: true,
      splitting: true,
      write: false,
      outdir: 'dist',
      platform: 'node',
      format: 'esm',
      metafile: true,
      external: ['vscode'],
      packages: 'external',
      logLevel: 'silent',
    });
    const entry = Object.keys(metafile.outputs).find(
      (name) => metafile.outputs[name]?.entryPoint === 'src/extension/main.ts',
    );
    const loaded = new Set([entry ?? assert.fail()]);
    for (const file of loaded) {
      for (const { path: imported, kind } of metafile.outputs[file]?.imports ?? []) {
        if (kind === 'import-statement') loaded.add(imported);
      }
    }
    const files = [...loaded];
    const inputs = files.flatMap((file) => Object.entries(metafile.outputs[file]?.inputs ?? {}));
    const sources = inputs.flatMap(([name, { bytesInOutput }]) => (bytesInOutput > 0 ? [name] : []));
    assert.ok(sources.includes('src/extension/main.ts'));
    const packages = files.filter(
      (file) => !(file in metafile.outputs) && file !== 'vscode' && !file.startsWith('node:'),
    );
    assert.deepEqual([...sources.filter((name) => heavy.test(name)), ...packages], []);
  });
});
