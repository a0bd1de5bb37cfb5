import assert from 'node:assert/strict';
import { watch } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { imagesOf, writeWorkspace } from '../../support/demoWorkspace.ts';
import { builtProgram, cliFile, start } from '../../support/program.ts';
import { readReport } from '../../support/readRun.ts';
import { suiteFolder } from '../../support/suiteFolder.ts';

const common = { model: 'signs', dataset: 'street', attack: 'ifgsm', epsilon: '1/255', expect: { robustAccuracy: 0 } };
const tests = {
  short: { ...common, attack: 'fgsm' },
  endless: { ...common, parameters: { steps: 100_000 } },
  never: common,
};

describe('perturb run that is interrupted', () => {
  const folder = suiteFolder();
  builtProgram();
  before(() => writeWorkspace(folder.at('workspace'), { tests, images: imagesOf('stop') }));

  /** Resolves when a file has come into a folder. */
  const fileIn = (place: string, name: string) =>
    new Promise<void>((resolve) => {
      const watcher = watch(place, (_, file) => {
        if (file !== name) return;
        watcher.close();
        resolve();
      });
    });

  for (const [whom, target] of [
    ['the program', (pid: number) => pid],
    // As Ctrl-C at a terminal does: the compute process gets the signal as well.
    ['all its processes', (pid: number) => -pid],
  ] as const) {
    it(`keeps the finished tests and says where, when SIGINT reaches ${whom}`, async function () {
      if (process.platform === 'win32') this.skip();
      const output = folder.at(whom);
      await mkdir(output);
      const written = fileIn(output, 'report.json');
      const args = ['run', folder.at('workspace'), '--output', output, '--json'];
      const { pid, ended } = start(process.execPath, [cliFile, ...args]);
      // The summary is written when the first test has ended, and the second is endless.
      await written;
      process.kill(target(pid), 'SIGINT');
      const { code, stdout, stderr } = await ended;
      assert.deepEqual({ code, stdout }, { code: 2, stdout: '' });
      assert.equal(
        stderr,
        `Interrupted after 1 of 3 tests. The results so far are in ${output}; --resume with that folder goes on from there.\n`,
      );
      const report = await readReport(output);
      assert.deepEqual(
        report.tests.map(({ name, status }) => [name, status]),
        [['short', 'passed']],
      );
    });
  }
});
