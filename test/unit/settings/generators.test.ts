import assert from 'node:assert/strict';
import { join } from 'node:path';
import { findGenerator } from '../../../src/settings/findSource.ts';
import { resolvePlans } from '../../../src/settings/plans.ts';
import { readWorkspace } from '../../../src/settings/readSettings.ts';
import { removeFiles, writeFiles } from './workspaces.ts';

const common = {
  'perturb.models': { digits: { path: 'model.json' }, other: { path: 'other/model.json' } },
  'perturb.datasets': { images: { path: 'images' } },
};
const generator = { kind: 'advgan', model: 'digits', dataset: 'images', path: 'generators/one' };

async function workspace(settings: object) {
  const root = await writeFiles({ '.vscode/settings.json': JSON.stringify({ ...common, ...settings }) });
  return { root, workspace: await readWorkspace(root) };
}

async function problemsOf(test: object) {
  const all = { model: 'digits', dataset: 'images', attack: 'advgan', epsilon: 0.3, expect: { robustAccuracy: 0 } };
  const { root, workspace: found } = await workspace({ 'perturb.tests': { one: { ...all, ...test } } });
  const { plans, problems } = resolvePlans(found);
  return { root, plans, problems: problems.map(({ setting, message }) => `${setting}: ${message}`) };
}

describe('settings of generators', () => {
  afterEach(removeFiles);

  it('say for which model one is trained, on what, and what stands in for the model', async () => {
    const { root, workspace: found } = await workspace({
      'perturb.surrogates': { mine: { kind: 'answers', model: 'digits', dataset: 'images', path: 'surrogate' } },
      'perturb.generators': { one: { ...generator, surrogate: 'mine', target: '3', validation: 'images' } },
    });
    const { source } = findGenerator(found, 'one');
    assert.deepEqual([source.path, source.target], [join(root, 'generators/one'), '3']);
    assert.equal(source.surrogate?.path, join(root, 'surrogate/model.json'));
    assert.equal(source.validation?.path, join(root, 'images'));
  });

  it('are refused where they are mistaken', async () => {
    for (const [change, expected] of [
      [{ kind: 'advgam' }, /advgan/],
      [{ surrogate: 'nobody' }, /There is no "nobody"/],
      [{ parameters: { epsilon: -1 } }, /greater than 0/],
      [{ path: '.' }, /contains the model/],
      [{ kind: 'dcgan', target: '3' }, /DCGAN has no target/],
    ] as const) {
      const { workspace: found } = await workspace({ 'perturb.generators': { one: { ...generator, ...change } } });
      assert.throws(() => findGenerator(found, 'one'), expected);
    }
  });

  it('are named by a test as a folder, which starts where the settings do', async () => {
    const { root, plans, problems } = await problemsOf({ parameters: { generator: 'generators/one' } });
    assert.deepEqual(problems, []);
    assert.equal(plans[0]?.attacks[0].parameters.generator, join(root, 'generators/one'));
    assert.equal(plans[0]?.audit, false);
  });

  it('are required of the attack, which takes neither a surrogate nor an audit', async () => {
    const given = { parameters: { generator: 'one' } };
    for (const [test, expected] of [
      [{}, /parameters/],
      [{ parameters: {} }, /generator/],
      [{ ...given, audit: true }, /Remove "audit"/],
      [{ ...given, surrogate: 'other' }, /name the surrogate there/],
      [{ ...given, norm: 'l2' }, /linf/],
    ] as const) {
      const { problems } = await problemsOf(test);
      assert.equal(problems.length, 1, problems.join('\n'));
      assert.match(problems[0] as string, expected);
    }
  });
});

describe('settings of a test with a purifier', () => {
  afterEach(removeFiles);

  const purifier = { kind: 'ape-gan', model: 'digits', dataset: 'images', path: 'cleaner' };

  async function resolved(test: object) {
    const all = { model: 'digits', dataset: 'images', attack: 'pgd', epsilon: 0.3, expect: { robustAccuracy: 0 } };
    const { root, workspace: found } = await workspace({
      'perturb.generators': { cleaner: purifier, attacker: generator },
      'perturb.tests': { one: { ...all, ...test } },
    });
    const { plans, problems } = resolvePlans(found);
    return { root, plans, problems: problems.map(({ setting, message }) => `${setting}: ${message}`) };
  }

  it('say where it is, and which attacker it faces', async () => {
    const { root, plans, problems } = await resolved({ purifier: 'cleaner', attacker: 'unaware' });
    assert.deepEqual(problems, []);
    assert.deepEqual(plans[0]?.purifier, { name: 'cleaner', path: join(root, 'cleaner') });
    assert.equal(plans[0]?.attacker, 'unaware');
  });

  it('are refused where they are mistaken', async () => {
    const given = { purifier: 'cleaner', attacker: 'adaptive' };
    for (const [test, expected] of [
      [{ purifier: 'cleaner' }, /"attacker" is missing/],
      [{ ...given, purifier: 'attacker' }, /which purifies nothing/],
      [{ ...given, purifier: 'cleanr' }, /There is no "cleanr"/],
      [{ ...given, model: 'other' }, /The purifier "cleaner" was defined for the model "digits"/],
      [{ ...given, surrogate: 'other' }, /has a purifier or a surrogate, not both/],
    ] as const) {
      const { problems } = await resolved(test);
      assert.equal(problems.length, 1, problems.join('\n'));
      assert.match(problems[0] as string, expected);
    }
  });
});
