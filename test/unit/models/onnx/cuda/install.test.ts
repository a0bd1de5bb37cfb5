import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { installCuda } from '../../../../../src/models/onnx/cuda/install.ts';
import { driverProblem } from '../../../../../src/models/onnx/cuda/libraries.ts';
import { cudaLibraries, cudaWheel } from '../../../../../src/models/onnx/cuda/wheel.ts';
import { startRuntime } from '../../../../../src/models/onnx/session/runtime.ts';
import type { RuntimeDescription } from '../../../../../src/models/onnx/session/session.ts';
import { RefusedFile } from '../../../../../src/models/wheels/refusedFile.ts';
import { UserError } from '../../../../../src/userError.ts';
import { rejectsWith } from '../../../../support/rejectsWith.ts';
import { temporaryFolder } from '../../../../support/temporaryFolder.ts';
import { zipOf } from '../../../../support/zip.ts';

const root = path.join(import.meta.dirname, '..', '..', '..', '..', '..');
const place = 'onnxruntime/capi';
const found: RuntimeDescription = { name: 'ONNX Runtime 1.30.0 (cuda)', provider: 'cuda' };

describe('installing the CUDA engine', () => {
  const folder = temporaryFolder();
  const environment = { ...process.env };
  let attempts = 0;

  before(function () {
    if (process.platform !== 'linux' || process.arch !== 'x64') this.skip();
  });
  beforeEach(() => {
    attempts = 0;
  });
  afterEach(() => {
    process.env = { ...environment };
  });

  /** Installs into a folder of the test; what is tried then comes to `result`. */
  function install(result: RuntimeDescription | Error, from?: string, signal?: AbortSignal) {
    const attempt = async () => {
      attempts++;
      if (result instanceof Error) throw result;
      return result;
    };
    return installCuda({ from, into: folder.at('runtime'), attempt, ...(signal && { signal }) });
  }

  /** A machine that has what NVIDIA's driver and cuDNN bring, as far as one can see without loading them. */
  async function withLibraries(...names: readonly string[]): Promise<void> {
    await folder.write('runtime/libonnxruntime.so.1', 'the runtime');
    for (const name of names) await folder.write(`nvidia/${name}`, 'a library');
    process.env.LD_LIBRARY_PATH = folder.at('nvidia');
  }

  /** A wheel whose provider is a library of this machine. */
  async function wheelWith(library: string): Promise<string> {
    const [shared, cuda] = cudaLibraries;
    const content = await readFile(library);
    const entries = { [`${place}/${shared}`]: 'shared', [`${place}/${cuda}`]: content, 'onnxruntime/LICENSE': 'MIT' };
    return folder.write('any.whl', zipOf(entries));
  }

  /** A library that needs nothing but the system's own. */
  const modest = () =>
    /\S*\/libm\.so\S*/.exec(execFileSync('ldd', [process.execPath], { encoding: 'utf8' }))?.[0] ?? '';
  /** One that needs another which is only found beside it. */
  const needy = path.join(root, 'node_modules/onnxruntime-node/bin/napi-v6/linux/x64/onnxruntime_binding.node');

  const placed = async () => (await readdir(folder.at('runtime'))).sort();

  it('takes the provider of the same version as onnxruntime-node', async () => {
    const { packages } = JSON.parse(await readFile(path.join(root, 'package-lock.json'), 'utf8'));
    assert.equal(cudaWheel.version, packages['node_modules/onnxruntime-node'].version);
  });

  it('says that there is no driver, before it fetches anything', async function () {
    if ((await driverProblem()) === undefined) this.skip();
    await folder.write('runtime/libonnxruntime.so.1', 'the runtime');
    await rejectsWith(install(found), 'was not installed', 'libcuda.so.1', 'no NVIDIA driver', '580 or newer');
    assert.equal(attempts, 0);
    assert.deepEqual(await placed(), ['libonnxruntime.so.1']);
  });

  it('puts the provider beside the runtime, and nothing else', async () => {
    await withLibraries('libcuda.so.1', 'libcudnn.so.9');
    assert.deepEqual(await install(found, await wheelWith(modest())), found);
    assert.deepEqual(await placed(), ['libonnxruntime.so.1', ...cudaLibraries].sort());
    const [, cuda] = cudaLibraries;
    assert.deepEqual(await readFile(folder.at('runtime', cuda)), await readFile(modest()));
  });

  it('names the libraries of CUDA and cuDNN that are missing, and installs nothing', async () => {
    await withLibraries('libcuda.so.1');
    const installing = install(found, await wheelWith(needy));
    await rejectsWith(installing, 'libonnxruntime.so.1, libcudnn.so.9 are missing', 'CUDA 13', 'LD_LIBRARY_PATH');
    assert.equal(attempts, 0);
    assert.deepEqual(await placed(), ['libonnxruntime.so.1']);
  });

  for (const [what, result, words] of [
    [
      'another provider computes',
      { name: 'x', provider: 'cpu', reason: 'cuda is unavailable: its scores differ' },
      'its scores differ',
    ],
    ['the engine crashes', new UserError('The engine process exited during its start (signal SIGSEGV).'), 'SIGSEGV'],
  ] as const) {
    it(`removes the provider again when ${what}`, async () => {
      await withLibraries('libcuda.so.1', 'libcudnn.so.9');
      await rejectsWith(install(result, await wheelWith(modest())), 'was not installed', words);
      assert.equal(attempts, 1);
      assert.deepEqual(await placed(), ['libonnxruntime.so.1']);
    });
  }

  it('refuses a wheel without the provider, and one that does not exist', async () => {
    await withLibraries('libcuda.so.1', 'libcudnn.so.9');
    const wheel = await folder.write('numpy.whl', zipOf({ 'numpy/core.py': '' }));
    await rejectsWith(install(found, wheel), wheel, 'has no CUDA provider', 'onnxruntime-gpu 1.30.0');
    await rejectsWith(install(found, folder.at('none.whl')), 'none.whl does not exist');
    assert.deepEqual(await placed(), ['libonnxruntime.so.1']);
  });

  it('refuses a wheel with another hash than the known one', async () => {
    await withLibraries('libcuda.so.1', 'libcudnn.so.9');
    const wheel = zipOf({
      'onnxruntime_gpu-1.30.0.dist-info/METADATA': 'Metadata-Version: 2.1\nName: onnxruntime-gpu\nVersion: 1.30.0\n',
      'onnxruntime_gpu-1.30.0.dist-info/WHEEL': 'Wheel-Version: 1.0\nRoot-Is-Purelib: false\n',
    });
    await folder.write('index/onnxruntime_gpu-1.30.0-cp312-cp312-manylinux_2_28_x86_64.whl', wheel);
    process.env.PIP_NO_INDEX = '1';
    process.env.PIP_FIND_LINKS = folder.at('index');
    const installing = install(found);
    await rejectsWith(installing, 'onnxruntime-gpu 1.30.0 was refused', 'perturb install-cuda --from PATH');
    await assert.rejects(installing, RefusedFile);
    assert.deepEqual(await placed(), ['libonnxruntime.so.1']);
  });

  it('ends when it is told to, leaving nothing', async () => {
    await withLibraries('libcuda.so.1', 'libcudnn.so.9');
    const reason = new UserError('enough');
    const installing = install(found, await wheelWith(modest()), AbortSignal.abort(reason));
    await assert.rejects(installing, (error) => error === reason);
    assert.deepEqual(await placed(), ['libonnxruntime.so.1']);
  });

  it('is what the engine says to do where CUDA is asked for and missing', async () => {
    const { provider, reason, repair } = await startRuntime({ provider: 'cuda' });
    if (provider === 'cuda') return;
    assert.equal(provider, 'cpu');
    assert.match(reason ?? '', /^cuda is unavailable: /);
    assert.match(repair ?? '', /perturb install-cuda/);
  });
});
