import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { builtProgram, engineFile } from '../support/program.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const client = path.join(import.meta.dirname, '..', '..', 'src', 'engine', 'client.ts');

/** Starts an engine, with ONNX Runtime, where home and temporary files have folders of their own. */
async function startEngine(location: string, home: string): Promise<string> {
  const script = `
    import { EngineClient } from ${JSON.stringify(client)};
    const engine = new EngineClient(${JSON.stringify(engineFile)}, ${JSON.stringify({ location })});
    console.log((await engine.describe()).onnx.name);
    engine.dispose();
    process.exit();`;
  // Where CI is set, ONNX Runtime sends nothing anyway.
  const { CI: _, ORT_DISABLE_TELEMETRY: __, ...env } = process.env;
  const own = { HOME: home, XDG_CACHE_HOME: path.join(home, '.cache'), TMPDIR: path.join(home, 'tmp') };
  const file = path.join(home, 'start.mts');
  await writeFile(file, script);
  const args = ['--import', import.meta.resolve('tsx'), file];
  return (await promisify(execFile)(process.execPath, args, { env: { ...env, ...own } })).stdout;
}

describe('no telemetry', () => {
  const folder = temporaryFolder();
  builtProgram();

  for (const location of ['process', 'extensionHost']) {
    it(`is prepared by ONNX Runtime, which keeps an identity and what it is to send: ${location}`, async () => {
      const home = folder.at(location);
      await mkdir(path.join(home, 'tmp'), { recursive: true });
      assert.match(await startEngine(location, home), /^ONNX Runtime .*\(cpu\)/);
      const left = await readdir(home, { recursive: true });
      assert.deepEqual(
        left.filter((name) => /Microsoft|onnxruntime|mat-debug/.test(name)),
        [],
      );
    });
  }
});
