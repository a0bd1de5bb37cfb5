import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { readFinished } from '../../../src/reports/finishedImages.ts';
import type { RunReport } from '../../../src/reports/report.ts';
import { lasting } from '../../soak/kills/differences.ts';
import { waitFor } from '../../soak/processes.ts';
import { imagesOf, writeWorkspace } from '../../support/demoWorkspace.ts';
import { builtProgram, cliFile, perturb, start } from '../../support/program.ts';
import { readLines, readReport } from '../../support/readRun.ts';
import { suiteFolder } from '../../support/suiteFolder.ts';

const fgsm = {
  model: 'signs',
  dataset: 'street',
  attack: 'fgsm',
  epsilon: '8/255',
  expect: { robustAccuracy: 0 },
  audit: false,
};

describe('perturb run --resume', () => {
  const folder = suiteFolder();
  builtProgram();
  const workspace = () => folder.at('workspace');
  before(() => writeWorkspace(workspace(), { tests: { first: fgsm, second: fgsm }, images: imagesOf('stop') }));

  it('runs what is left, and keeps what there is', async () => {
    const output = folder.at('run');
    assert.equal((await perturb('run', workspace(), '--test', 'first', '--output', output)).code, 0);
    const [line] = await readLines(output);
    const image = path.join(output, line?.adversarialImage ?? assert.fail('no image was attacked'));
    const { mtimeMs } = await stat(image);
    const { code, stdout } = await perturb('run', workspace(), '--resume', output);
    assert.equal(code, 0);
    assert.match(stdout, /first .*passed.*second .*passed/s);
    assert.equal((await stat(image)).mtimeMs, mtimeMs, 'what was finished was run again');
    const counts = (await readLines(output)).map(({ test }) => test);
    assert.deepEqual(counts.filter((test) => test.endsWith('first')).length, 4);
    const report = JSON.parse(await readFile(path.join(output, 'report.json'), 'utf8')) as RunReport;
    assert.deepEqual(
      report.tests.map(({ name }) => name),
      ['first', 'second'],
    );
  });

  it('keeps the images that a killed run had finished, comes to the same, and has one process at a time', async function () {
    if (process.platform === 'win32') this.skip();
    // Its images are done one after the other, some of them never.
    const slow = { ...fgsm, attack: 'ifgsm', parameters: { steps: 800, stepSize: '0.025/255' } };
    await writeWorkspace(folder.at('slow'), { tests: { slow }, images: imagesOf('stop', 'yield') });
    assert.equal((await perturb('run', folder.at('slow'), '--output', folder.at('undisturbed'))).code, 0);
    const output = folder.at('killed');
    const finished = () => readFinished(output, 'signs › slow');
    const { pid, ended } = start(process.execPath, [cliFile, 'run', folder.at('slow'), '--output', output]);
    await waitFor(async () => ((await finished()).length > 0 ? true : undefined), 60_000);
    process.kill(-pid, 'SIGSTOP');
    const second = await perturb('run', folder.at('slow'), '--resume', output);
    process.kill(-pid, 'SIGKILL');
    await ended;
    assert.equal(second.code, 2);
    assert.match(second.stderr, /killed is being written to by process \d+ on /);
    const { length } = await finished();
    assert.ok(length > 0 && length < 8, `${length} are finished`);

    const { code, stderr } = await perturb('run', folder.at('slow'), '--resume', output);
    assert.equal(code, 0, stderr);
    assert.match(stderr, new RegExp(`signs › slow goes on: ${length} images? (is|are) finished`));
    const [whole, resumed] = await Promise.all([folder.at('undisturbed'), output].map(readReport));
    assert.deepEqual(lasting(resumed, folder.at()), lasting(whole, folder.at()));
  });

  it('says where there is nothing to resume', async () => {
    const { code, stderr } = await perturb('run', workspace(), '--resume', folder.at('nowhere'));
    assert.equal(code, 2);
    assert.match(stderr, /nowhere has no run in it to resume\. Check the path/);
  });
});

describe('perturb run --strict', () => {
  const folder = suiteFolder();
  builtProgram();

  it('fails a test of which the audit finds something', async () => {
    // One step flatters the model: many get farther within the same budget.
    const weak = { ...fgsm, attack: 'ifgsm', parameters: { steps: 1, stepSize: '1/255' } };
    await writeWorkspace(folder.at(), {
      tests: { weak },
      images: imagesOf('stop', 'yield', 'no-entry', 'children', 'speed-limit-60', 'priority-road'),
    });
    const plain = await perturb('run', folder.at(), '--output', folder.at('plain'));
    assert.equal(plain.code, 0);
    const strict = await perturb('run', folder.at(), '--strict', '--output', folder.at('strict'));
    assert.equal(strict.code, 1);
    assert.match(strict.stdout, /✗ failed: weak: The audit is strict and questions this result: /);
  });
});
