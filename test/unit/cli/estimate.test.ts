import assert from 'node:assert/strict';
import { imagesOf, writeWorkspace } from '../../support/demoWorkspace.ts';
import { builtProgram, perturb } from '../../support/program.ts';
import { suiteFolder } from '../../support/suiteFolder.ts';

const common = { model: 'signs', dataset: 'street', attack: 'ifgsm', epsilon: '64/255', expect: { robustAccuracy: 0 } };

describe('perturb run with a test that may take long', () => {
  const folder = suiteFolder();
  builtProgram();
  before(() =>
    writeWorkspace(folder.at('workspace'), {
      // Every image falls after a few of the many steps.
      tests: { long: { ...common, parameters: { steps: 10_000_000 } }, short: common },
      images: imagesOf('stop'),
    }),
  );

  it('says before it how long that is, on standard error', async () => {
    const { code, stdout, stderr } = await perturb('run', folder.at('workspace'));
    assert.equal(code, 0, stdout);
    assert.match(stderr, /^signs › long: about \d+ (s|min|h)\n$/);
    assert.doesNotMatch(stdout, /about/);
  });

  it('says nothing of it with --json', async () => {
    const { code, stderr } = await perturb('run', folder.at('workspace'), '--json');
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  });
});
