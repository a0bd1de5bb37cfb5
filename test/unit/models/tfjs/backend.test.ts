import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import {
  describeTensorFlow,
  startTensorFlow,
  type TensorFlowBackend,
  type TensorFlowOptions,
} from '../../../../src/models/tfjs/backend.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';
import { fakePackage } from './native/fakePackage.ts';

const source = path.join(import.meta.dirname, '..', '..', '..', '..', 'src', 'models', 'tfjs', 'backend.ts');

/** Starts TensorFlow in a process of its own: what it is, or the error's message. */
async function startWith(options: TensorFlowOptions, env: NodeJS.ProcessEnv = {}): Promise<TensorFlowBackend | string> {
  const script = `
    import { configureTensorFlow, startTensorFlow } from ${JSON.stringify(source)};
    configureTensorFlow(${JSON.stringify(options)});
    console.log(JSON.stringify(await startTensorFlow().catch((error) => error.message)));`;
  const args = ['--import', 'tsx', '--input-type=module', '-e', script];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, ...env } });
  assert.equal(stderr, '');
  return JSON.parse(stdout);
}

describe('TensorFlow backend', () => {
  const folder = temporaryFolder();
  const nowhere = () => ({
    XDG_CACHE_HOME: folder.at('cache'),
    LOCALAPPDATA: folder.at('cache'),
  });

  it('computes, and says with what', async () => {
    const { kind, name } = await startTensorFlow();
    assert.match(
      name,
      kind === 'native'
        ? /^tfjs-node \d+\.\d+\.\d+ \(native, TensorFlow \d+\.\d+\.\d+\)$/
        : /^tfjs \d+\.\d+\.\d+ \(WebAssembly\)$/,
    );
    assert.equal(tf.getBackend(), kind === 'native' ? 'tensorflow' : 'wasm');
    assert.deepEqual(Array.from(tf.add([1, 2], [3, 4]).dataSync()), [4, 6]);
  });

  it('says why the native library is unavailable, and what to do, exactly where it does not', async () => {
    const { kind, reason, repair } = await startTensorFlow();
    if (kind === 'native') assert.deepEqual([reason, repair], [undefined, undefined]);
    else {
      assert.match(reason ?? '', /\.$/);
      assert.match(repair ?? '', /perturb install-tensorflow|PERTURB_BACKEND/);
    }
  });

  it('is described by plain data, since other processes are told', async () => {
    const { kind, name } = await startTensorFlow();
    const description = structuredClone(await describeTensorFlow());
    assert.deepEqual([description.kind, description.name], [kind, name]);
  });

  it('starts once', () => {
    assert.equal(startTensorFlow(), startTensorFlow());
  });

  it('is the one that is asked for', async () => {
    const wasm = (await startWith({ backend: 'wasm' })) as TensorFlowBackend;
    assert.deepEqual([wasm.kind, wasm.reason], ['wasm', 'PERTURB_BACKEND asks for WebAssembly.']);
    assert.match(
      String(await startWith({ backend: 'gpu' })),
      /^PERTURB_BACKEND is "gpu"\. Set it to "native" or "wasm"/,
    );
  });

  it('is an error where the native one is asked for and crashes', async function () {
    if (process.platform === 'win32') this.skip();
    await fakePackage(folder, 'given', 'crashes');
    const message = String(await startWith({ folder: folder.at('given'), backend: 'native' }, nowhere()));
    assert.match(message, /^PERTURB_BACKEND asks for native TensorFlow, which is unavailable: /);
    assert.match(message, /it crashes \(SIGILL\).* Run "perturb install-tensorflow"\. Or unset PERTURB_BACKEND\.$/);
  });

  for (const [behavior, words] of [
    ['crashes', /^@tensorflow\/tfjs-node in .*given: it crashes \(SIGILL\)/],
    ['throws', /^@tensorflow\/tfjs-node in .*given: it does not load: Error: libstdc\+\+ is too old$/],
  ] as const) {
    it(`is WebAssembly where the native one ${behavior}, with the reason`, async function () {
      if (process.platform === 'win32') this.skip();
      await fakePackage(folder, 'given', behavior);
      const { kind, reason, repair } = (await startWith(
        { folder: folder.at('given') },
        nowhere(),
      )) as TensorFlowBackend;
      if (kind === 'native') return; // There is another one, beside Perturb.
      assert.equal(kind, 'wasm');
      assert.match(reason ?? '', words);
      assert.equal(repair, 'Run "perturb install-tensorflow".');
    });
  }

  it('does not load a native one of another version', async () => {
    await fakePackage(folder, 'given', 'computes', '4.21.0');
    const { kind, reason } = (await startWith({ folder: folder.at('given') }, nowhere())) as TensorFlowBackend;
    if (kind === 'wasm') assert.match(reason ?? '', /it is version 4\.21\.0, but Perturb needs \d+\.\d+\.\d+\.$/);
  });
});
