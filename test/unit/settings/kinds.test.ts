import assert from 'node:assert/strict';
import { join } from 'node:path';
import { epsilonsOf } from '../../../src/evaluation/plan.ts';
import { resolvePlans } from '../../../src/settings/plans.ts';
import { readWorkspace } from '../../../src/settings/readSettings.ts';
import { removeFiles, withTests, writeFiles } from './workspaces.ts';

/** What the settings say of one test, with the real catalog. */
async function resolve(test: object) {
  const root = await writeFiles({
    '.vscode/settings.json': withTests(JSON.stringify({ T: { model: 'signs', ...test } })),
  });
  const { plans, problems } = resolvePlans(await readWorkspace(join(root, '.')));
  return { plan: plans[0], messages: problems.map(({ message }) => message) };
}

const expect = { successRate: 0.1 };

describe('tests of every kind', () => {
  after(removeFiles);

  it('forge from white noise where they name no dataset', async () => {
    const { plan, messages } = await resolve({ attack: 'forge', target: 'stop', expect });
    assert.deepEqual(messages, []);
    assert.equal(plan?.dataset, undefined);
    assert.deepEqual(plan && epsilonsOf(plan), []);
  });

  it('forge near the images of a dataset', async () => {
    const forge = { attack: 'forge', target: 'stop', dataset: 'street', parameters: { likeness: 0.05 }, expect };
    const { plan, messages } = await resolve(forge);
    assert.deepEqual(messages, []);
    assert.equal(plan?.dataset?.name, 'street');
  });

  it('need a target to forge, and have no clean accuracy', async () => {
    assert.match((await resolve({ attack: 'forge', expect })).messages.join(), /"target" is missing/);
    const { messages } = await resolve({ attack: 'forge', target: 'stop', expect: { cleanAccuracy: 0.5 } });
    assert.match(messages.join(), /no correct class: use "successRate"/);
  });

  it('explain without an expectation, and refuse one', async () => {
    const explanation = { attack: 'linear', dataset: 'street', epsilon: '8/255' };
    const { plan, messages } = await resolve(explanation);
    assert.deepEqual(messages, []);
    assert.deepEqual(plan?.expect, {});
    assert.match((await resolve({ ...explanation, expect })).messages.join(), /remove "expect"/);
  });

  it('have no detector where they forge or explain', async () => {
    const guard = { detector: 'net', attacker: 'adaptive' };
    const { messages } = await resolve({ attack: 'forge', target: 'stop', expect, ...guard });
    assert.equal(messages.length, 2);
    for (const key of Object.keys(guard)) {
      const message = `Forged image creates nothing for a detector to reject: remove "${key}".`;
      assert.ok(messages.includes(message), messages.join());
    }
    const explanation = { attack: 'linear', dataset: 'street', epsilon: '8/255' };
    const explained = await resolve({ ...explanation, detector: 'net' });
    assert.match(explained.messages.join('|'), /^Linear explanation [^|]*: remove "detector"\.$/);
  });

  it('need a dataset and an expectation to attack', async () => {
    const { messages } = await resolve({ attack: 'cw' });
    assert.match(messages.join(), /"dataset" is missing/);
    assert.match(messages.join(), /"expect" is missing/);
  });

  it('look for the nearest success without an epsilon, and refuse one', async () => {
    const near = { attack: 'deepfool', dataset: 'street', expect: { medianDistance: 0.5 } };
    assert.deepEqual((await resolve(near)).messages, []);
    assert.match((await resolve({ ...near, epsilon: 1 })).messages.join(), /does not use an epsilon: remove "epsilon"/);
  });

  it('name images whose steps are recorded, or say how many', async () => {
    const test = { attack: 'deepfool', dataset: 'street', expect };
    assert.equal((await resolve({ ...test, record: 3 })).plan?.record, 3);
    assert.deepEqual((await resolve({ ...test, record: ['stop/01.png'] })).plan?.record, ['stop/01.png']);
    assert.match((await resolve({ ...test, record: 0 })).messages.join(), /is not valid/);
  });
});
