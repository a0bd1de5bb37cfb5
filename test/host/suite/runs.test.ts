import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { demoVerdicts } from '../../support/demoVerdicts.ts';
import { computeProcesses, type Run, runAll, runFolders, until } from './demo.ts';
import { extensionVariable, tensorflowVariable } from './result.ts';

const verdicts = ({ tests }: Run) => Object.fromEntries(tests.map(({ name, status }) => [name, status]));
const figures = ({ tests }: Run) => tests.map(({ id, rounds }) => ({ id, rounds }));

type EngineSetting = 'engine.location' | 'engine.tensorflow' | 'engine.runtime';

async function set(setting: EngineSetting | 'audit', value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration('perturb').update(setting, value, vscode.ConfigurationTarget.Global);
}

describe('Running all tests of the demo', () => {
  let inProcess: Run;
  after(() => set('audit', undefined));
  before(() => vscode.extensions.getExtension(String(process.env[extensionVariable]))?.activate());
  afterEach(async () => {
    for (const setting of ['engine.location', 'engine.tensorflow', 'engine.runtime'] as const) {
      await set(setting, undefined);
    }
  });

  it('gives the verdicts of the command line, in a process', async () => {
    inProcess = await runAll();
    assert.deepEqual(verdicts(inProcess), demoVerdicts);
    assert.deepEqual(new Set(inProcess.tests.map(({ engine }) => engine.location)), new Set(['process']));
    assert.equal((await computeProcesses()).length, 1);
    // Once is enough of what takes most of the time, and is the same wherever tests run.
    await set('audit', false);
  });

  it('gives the same figures inside the extension host', async () => {
    await set('engine.location', 'extensionHost');
    const inHost = await runAll();
    assert.deepEqual(new Set(inHost.tests.map(({ engine }) => engine.location)), new Set(['extensionHost']));
    assert.deepEqual(figures(inHost), figures(inProcess));
    // It is told to end, and does so in its own time.
    await until('the compute process ends', async () => (await computeProcesses()).length === 0);
  });

  for (const location of ['process', 'extensionHost'] as const) {
    it(`gives the same verdicts on native TensorFlow: ${location}`, async function () {
      const folder = process.env[tensorflowVariable];
      if (folder === undefined) return this.skip();
      await set('engine.tensorflow', folder);
      await set('engine.runtime', 'tensorflow');
      await set('engine.location', location);
      const run = await runAll();
      for (const { engine } of run.tests) {
        assert.match(engine.name, /native/);
        assert.equal(engine.location, location);
      }
      assert.deepEqual(verdicts(run), demoVerdicts);
    });
  }

  it('survives the death of the process in the middle of a test', async () => {
    const killed = killWithin('I-FGSM curve');
    const run = await runAll();
    await killed;
    const [errored, ...others] = run.tests.filter(({ status }) => status === 'errored');
    assert.ok(errored, 'no test is errored');
    assert.deepEqual(others, []);
    assert.match(errored.message, /exited during the test \(signal SIGKILL\)/);
    assert.ok(
      run.examples.some(({ test }) => test === errored.id),
      'finished examples are lost',
    );
    assert.equal(run.tests.length, Object.keys(demoVerdicts).length);
    const rest = Object.entries(verdicts(run)).filter(([name]) => name !== errored.name);
    assert.deepEqual(Object.fromEntries(rest), withoutKey(errored.name));
    assert.deepEqual(verdicts(await runAll()), demoVerdicts);
  });
});

function withoutKey(name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(demoVerdicts).filter(([key]) => key !== name));
}

/** Kills the compute process as soon as a new run has an example of this test, which is to be one with many to come. */
async function killWithin(test: string): Promise<void> {
  const before = new Set(await runFolders());
  await until(`an example of "${test}" is finished`, async () => {
    const [folder] = (await runFolders()).filter((name) => !before.has(name));
    if (folder === undefined) return false;
    const lines = (await readFile(path.join(folder, 'examples.jsonl'), 'utf8').catch(() => ''))
      .split('\n')
      .slice(0, -1);
    return lines.some((line) => JSON.parse(line).test.endsWith(test));
  });
  for (const pid of await computeProcesses()) process.kill(pid, 'SIGKILL');
}
