import assert from 'node:assert/strict';
import { cp, mkdir, utimes, writeFile } from 'node:fs/promises';
import type { TestPlan } from '../../../src/evaluation/plan.ts';
import { changesOf, fingerprintOf } from '../../../src/run/fingerprints.ts';
import { resolvePlans } from '../../../src/settings/plans.ts';
import { readWorkspace } from '../../../src/settings/readSettings.ts';
import { imagesOf, signsModel, writeWorkspace } from '../../support/demoWorkspace.ts';
import { suiteFolder } from '../../support/suiteFolder.ts';

const common = { dataset: 'street', epsilon: '8/255', expect: { robustAccuracy: 0 } };

describe('what the result of a test follows from', () => {
  const folder = suiteFolder();
  const at = (...names: string[]) => folder.at('workspace', ...names);
  let plans: readonly TestPlan[] = [];

  before(async () => {
    const tests = {
      whole: { ...common, model: 'whole', attack: 'fgsm' },
      transferred: { ...common, model: 'signs', attack: 'transfer', surrogate: 'whole' },
      saved: { ...common, model: 'saved', attack: 'fgsm' },
    };
    const models = {
      whole: { ...signsModel, path: 'copies/whole', labels: 'names.txt' },
      saved: { ...signsModel, path: 'saved/saved_model.pb' },
    };
    await writeWorkspace(at(), { tests, images: imagesOf('stop'), models });
    await cp(at('models', 'signs'), at('copies', 'whole'), { recursive: true });
    await cp(at('models', 'signs', 'labels.txt'), at('names.txt'));
    await mkdir(at('saved', 'variables'), { recursive: true });
    for (const file of ['saved_model.pb', 'variables/variables.index']) await writeFile(at('saved', file), '');
    const { plans: found, problems } = resolvePlans(await readWorkspace(at()));
    assert.deepEqual(problems, []);
    plans = found;
  });

  /** What changes for a test when a file does. */
  async function changed(test: string, ...file: string[]) {
    const plan = plans.find(({ name }) => name === test) ?? assert.fail();
    const before = await fingerprintOf(plan, '1.0.0');
    await utimes(at(...file), new Date(), new Date(Date.now() + 1000));
    return changesOf(before, await fingerprintOf(plan, '1.0.0'));
  }

  it('are all files of a model in a folder of its own, and its labels, wherever they are', async () => {
    assert.deepEqual(await changed('whole', 'copies', 'whole', 'weights.bin'), ['model']);
    assert.deepEqual(await changed('whole', 'names.txt'), ['model']);
    assert.deepEqual(await changed('whole', 'models', 'signs', 'weights.bin'), []);
  });

  it('are the models that an attack is made on', async () => {
    assert.deepEqual(await changed('transferred', 'copies', 'whole', 'weights.bin'), ['model']);
    assert.deepEqual(await changed('transferred', 'models', 'signs', 'weights.bin'), ['model']);
  });

  it('are the weights of a SavedModel, in a folder beside its file', async () => {
    assert.deepEqual(await changed('saved', 'saved', 'variables', 'variables.index'), ['model']);
  });

  it('are the images', async () => {
    assert.deepEqual(await changed('whole', 'data', 'street', 'stop', '01.png'), ['images']);
  });
});
