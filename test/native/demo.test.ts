import { assertEngine, assertSameVerdicts, runDemo } from '../support/demoRuns.ts';
import { builtProgram } from '../support/program.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

describe('the demo on native TensorFlow and on WebAssembly', () => {
  builtProgram();
  const folder = temporaryFolder();
  const asked = process.env.PERTURB_BACKEND;
  afterEach(() => {
    process.env.PERTURB_BACKEND = asked;
  });

  const run = (backend: 'native' | 'wasm') => {
    process.env.PERTURB_BACKEND = backend;
    return runDemo(folder.at(backend), '--runtime', 'tensorflow');
  };

  it('gives the same verdicts', async () => {
    const [native, wasm] = [await run('native'), await run('wasm')];
    assertEngine(native, /native/);
    assertEngine(wasm, /WebAssembly/);
    assertSameVerdicts(native, wasm);
  });
});
