import assert from 'node:assert/strict';
import path from 'node:path';
import { isPlanned, type RunReport } from '../../src/reports/report.ts';
import { builtProgram, perturb } from '../support/program.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const demo = path.join(import.meta.dirname, '..', '..', 'media', 'demo');

describe('the demo on native TensorFlow and on WebAssembly', () => {
  builtProgram();
  const folder = temporaryFolder();
  const asked = process.env.PERTURB_BACKEND;
  afterEach(() => {
    process.env.PERTURB_BACKEND = asked;
  });

  const run = async (backend: 'native' | 'wasm') => {
    process.env.PERTURB_BACKEND = backend;
    const { stdout, stderr } = await perturb('run', demo, '--output', folder.at(backend), '--json');
    assert.equal(stderr, '');
    return (JSON.parse(stdout) as RunReport).tests.map((test) => {
      assert.ok(isPlanned(test));
      return test;
    });
  };

  it('gives the same verdicts, and robust accuracies that differ by one example at most', async () => {
    const [native, wasm] = [await run('native'), await run('wasm')];
    assert.deepEqual(
      native.map(({ name, status }) => [name, status]),
      wasm.map(({ name, status }) => [name, status]),
    );
    for (const [i, test] of native.entries()) {
      const other = wasm[i] as typeof test;
      assert.match(test.engine.name, /native/);
      assert.match(other.engine.name, /WebAssembly/);
      assert.equal(test.rounds.length, other.rounds.length);
      for (const [k, { epsilon, metrics }] of test.rounds.entries()) {
        const found = other.rounds[k]?.metrics.robustAccuracy;
        // A test with a target has none.
        assert.equal(typeof metrics.robustAccuracy, typeof found);
        const difference = Math.abs((metrics.robustAccuracy ?? 0) - (found ?? 0)) * (test.dataset.images ?? 0);
        assert.ok(difference < 1.5, `${test.name} at ${epsilon}: ${metrics.robustAccuracy} and ${found}`);
      }
    }
  });
});
