import assert from 'node:assert/strict';
import { appendFile, readFile } from 'node:fs/promises';
import { imagesOf, writeWorkspace } from '../../support/demoWorkspace.ts';
import { builtProgram, perturb } from '../../support/program.ts';
import { suiteFolder } from '../../support/suiteFolder.ts';

const common = { model: 'signs', dataset: 'street', attack: 'fgsm', audit: false };

describe('perturb keep', function () {
  this.timeout(300_000);
  builtProgram();
  const folder = suiteFolder();
  const workspace = () => folder.at('workspace');
  const kept = () => folder.at('workspace', 'robustness', 'counterexamples.jsonl');
  const run = (output: string, ...options: string[]) =>
    perturb('run', workspace(), '--output', folder.at(output), ...options);

  before(async () => {
    const tests = { sure: { ...common, epsilon: '16/255', expect: { robustAccuracy: 1 } } };
    await writeWorkspace(workspace(), { tests, images: imagesOf('stop') });
  });

  it('keeps what fooled the model of a run, and says how much and where', async () => {
    assert.equal((await run('first')).code, 1);
    const { code, stdout, stderr } = await perturb('keep', folder.at('first'));
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    const lines = (await readFile(kept(), 'utf8')).trimEnd().split('\n');
    assert.match(stdout, new RegExp(`^signs › sure: kept ${lines.length} counterexamples: .*robustness`));
  });

  it('has later runs try that first, and say what became of it', async () => {
    const { code, stdout, stderr } = await run('second', '--update-baseline');
    assert.equal(code, 1);
    assert.match(stdout, /known: sure: \d known counterexamples?: \d still fooled/);
    assert.match(stderr, /signs › sure: \d known counterexamples?: \d fool the model, 0 newly/);
    assert.match(stderr, /The baseline has the results of 1 test now\./);
  });

  it('takes another folder, of which only runs know that are told', async () => {
    assert.equal((await perturb('keep', folder.at('first'), '--into', folder.at('elsewhere'))).code, 0);
    assert.match(await readFile(folder.at('elsewhere', '.gitattributes'), 'utf8'), /merge=union/);
  });

  it('cannot be where there is no run, and a damaged line makes tests errored', async () => {
    const { code, stderr } = await perturb('keep', folder.at('elsewhere'));
    assert.equal(code, 2);
    assert.match(stderr, /has no results of a run in it/);
    await appendFile(kept(), '>>>>>>> branch\n');
    const damaged = await run('third');
    assert.equal(damaged.code, 2);
    assert.match(damaged.stdout, /conflict marker of a merge/);
  });
});
