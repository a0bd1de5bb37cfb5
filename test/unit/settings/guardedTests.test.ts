import assert from 'node:assert/strict';
import { join } from 'node:path';
import { detector, settingsOf } from './trainingSettings.ts';
import { removeFiles, resolveFiles } from './workspaces.ts';

describe('a test with a detector', () => {
  afterEach(removeFiles);

  const test = { model: 'signs', dataset: 'street', attack: 'fgsm', epsilon: '8/255', expect: { robustAccuracy: 0.4 } };
  const guarded = { ...test, detector: 'D', attacker: 'adaptive' };
  const resolve = (tests: object, detectors: object = { D: detector }) =>
    resolveFiles({ '.vscode/settings.json': settingsOf({ detectors }, tests) });

  it('knows where it is, and which attacker it faces', async () => {
    const { root, plans, lines } = await resolve({
      A: guarded,
      B: { ...guarded, attacker: 'unaware', audit: false },
      C: test,
    });
    assert.deepEqual(lines, []);
    assert.deepEqual(
      plans.map((plan) => [plan.detector, plan.attacker, plan.audit]),
      [
        [{ name: 'D', path: join(root, 'out/net') }, 'adaptive', true],
        [{ name: 'D', path: join(root, 'out/net') }, 'unaware', false],
        [undefined, undefined, true],
      ],
    );
    assert.ok(plans[2] && !('detector' in plans[2]) && !('attacker' in plans[2]));
  });

  it('is of the model that the detector is for, each of several', async () => {
    const { plans, problems } = await resolve({ A: { ...guarded, model: ['signs', 'plain'] } });
    assert.deepEqual(
      plans.map(({ id }) => id),
      ['signs › A'],
    );
    assert.deepEqual(
      problems.map(({ setting, test, message }) => [setting, test, message]),
      [
        [
          'perturb.tests › A › model[1]',
          'plain › A',
          'The detector "D" was defined for the model "signs", not for "plain". Test "signs" instead, or use a detector for "plain".',
        ],
      ],
    );
  });

  it('cannot run when the detector has a mistake', async () => {
    const { plans, lines, problems } = await resolve(
      { A: guarded, B: test },
      { D: { ...detector, dataset: 'loose' }, unused: 5 },
    );
    assert.deepEqual(
      plans.map(({ name }) => name),
      ['B'],
    );
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', /^\.vscode\/settings\.json:5 perturb\.detectors › D › dataset: The labels of "loose"/);
    assert.deepEqual([problems[0]?.test, problems[0]?.testName], ['A', 'A']);
  });

  it('states an attacker that there is', async () => {
    const { lines } = await resolve({ A: { ...guarded, attacker: 'adaptiv' } });
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', /A › attacker: "adaptiv" is not valid\. Did you mean "adaptive"\?$/);
  });
});
