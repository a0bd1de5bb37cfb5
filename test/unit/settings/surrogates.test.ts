import assert from 'node:assert/strict';
import { join } from 'node:path';
import { resolvePlans } from '../../../src/settings/plans.ts';
import { readWorkspace } from '../../../src/settings/readSettings.ts';
import { removeFiles, writeFiles } from './workspaces.ts';

/** The plans of a test with a surrogate, among a few models, and what is wrong with it. */
async function resolved(test: object, others: object = {}) {
  const common = {
    model: 'camera',
    dataset: 'street',
    attack: 'pgd',
    epsilon: '8/255',
    expect: { robustAccuracy: 0.5 },
  };
  const settings = {
    'perturb.models': {
      camera: { path: 'camera.onnx' },
      signs: { path: 'signs.onnx' },
      more: { path: 'more.onnx', labels: 'labels.txt' },
      broken: { path: 3 },
    },
    'perturb.datasets': { street: { path: 'street' } },
    'perturb.tests': { one: { ...common, ...test } },
    ...others,
  };
  const root = await writeFiles({ '.vscode/settings.json': JSON.stringify(settings) });
  const { plans, problems } = resolvePlans(await readWorkspace(root));
  return { root, plans, problems: problems.map(({ setting, message }) => `${setting}: ${message}`) };
}

describe('a test with a surrogate', () => {
  afterEach(removeFiles);

  it('has one model or several to craft on, and no audit', async () => {
    for (const surrogate of ['signs', ['signs', 'more']]) {
      const { root, plans, problems } = await resolved({ surrogate }, { 'perturb.audit': 'strict' });
      const signs = { name: 'signs', path: join(root, 'signs.onnx') };
      const more = { name: 'more', path: join(root, 'more.onnx'), labels: join(root, 'labels.txt') };
      assert.deepEqual(problems, []);
      assert.deepEqual(plans[0]?.surrogates, surrogate === 'signs' ? [signs] : [signs, more]);
      assert.equal(plans[0]?.audit, false);
    }
  });

  it('may name a surrogate that is trained, which is prepared as the model that it stands in for', async () => {
    const preprocessing = { mean: 0.5, std: 0.5 };
    const { root, plans, problems } = await resolved(
      { surrogate: 'mine' },
      {
        'perturb.models': { camera: { path: 'camera.onnx', labels: 'labels.txt', preprocessing } },
        'perturb.surrogates': {
          mine: { kind: 'answers', model: 'camera', dataset: 'street', path: 'models/mine' },
          wrong: { kind: 'answer', model: 'camera', dataset: 'street', path: 'models/wrong' },
        },
      },
    );
    assert.deepEqual(problems, []);
    const [found] = plans[0]?.surrogates ?? assert.fail();
    assert.equal(found.path, join(root, 'models/mine/model.onnx'));
    assert.equal(found.labels, join(root, 'models/mine/labels.txt'));
    assert.deepEqual(found.preprocessing, plans[0]?.model.preprocessing);
    assert.deepEqual(found.resizing, plans[0]?.model.resizing);
  });

  it('is what the transfer attack needs', async () => {
    const { problems } = await resolved({ attack: 'transfer' });
    assert.equal(problems.length, 1);
    assert.match(
      problems[0] ?? '',
      /^perturb\.tests › one › surrogate: "surrogate" is missing\. Name of another model/,
    );
    const { plans } = await resolved({ attack: 'transfer', surrogate: 'signs', parameters: { method: 'si' } });
    assert.deepEqual(plans[0]?.attacks[0].parameters.copies, 5);
  });

  it('costs nothing but the test for the model that is its own surrogate', async () => {
    const { plans, problems } = await resolved({ model: ['camera', 'signs'], surrogate: 'signs' });
    assert.deepEqual(
      plans.map(({ id }) => id),
      ['camera › one'],
    );
    assert.deepEqual(problems, [
      'perturb.tests › one › surrogate: The model "signs" cannot be its own surrogate, since that would be a white-box attack. Name another model, or remove "surrogate".',
    ]);
  });

  const wrong: Readonly<Record<string, readonly [test: object, message: RegExp]>> = {
    'a name that is no model': [
      { surrogate: 'sings' },
      /surrogate: There is no "sings" in "perturb\.models"\. .*"signs"/,
    ],
    'a name in a list that is no model': [{ surrogate: ['signs', 'x'] }, /surrogate\[1\]: There is no "x" in/],
    'a model with a mistake': [{ surrogate: 'broken' }, /perturb\.models › broken › path: 3 is not valid/],
    'no names': [{ surrogate: [] }, /surrogate: \[\] is not valid: enter the name of a model/],
    'the same name twice': [{ surrogate: ['signs', 'signs'] }, /surrogate: .* is not valid: enter the name of a model/],
    'an audit': [{ surrogate: 'signs', audit: 'strict' }, /audit: An audit asks whether a stronger attacker/],
    'an explanation': [
      { attack: 'linear', surrogate: 'signs', expect: undefined },
      /surrogate: .* creates no adversarial examples that could carry over/,
    ],
    'a list with the transfer attack': [
      { attack: ['pgd', 'transfer'], surrogate: 'signs' },
      /attack\[1\]: Transfer runs to its end on a surrogate/,
    ],
  };
  for (const [name, [test, message]] of Object.entries(wrong)) {
    it(`is refused with ${name}`, async () => {
      const { plans, problems } = await resolved(test);
      assert.deepEqual(plans, []);
      assert.equal(problems.length, 1, problems.join('\n'));
      assert.match(problems[0] ?? '', message);
    });
  }

  it('is refused with a detector', async () => {
    const detectors = {
      'perturb.detectors': { net: { kind: 'lid', model: 'camera', dataset: 'street', path: 'net' } },
    };
    const { problems } = await resolved({ surrogate: 'signs', detector: 'net', attacker: 'unaware' }, detectors);
    assert.deepEqual(problems, [
      'perturb.tests › one › surrogate: A test with a detector attacks the model directly: remove "surrogate" or "detector".',
    ]);
  });
});
