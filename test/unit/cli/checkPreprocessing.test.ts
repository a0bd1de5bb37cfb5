import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { PreprocessingCheck } from '../../../src/evaluation/checkPreprocessing.ts';
import { imagesOf, signsModel, writeWorkspace } from '../../support/demoWorkspace.ts';
import { builtProgram, perturb } from '../../support/program.ts';
import { suiteFolder } from '../../support/suiteFolder.ts';

describe('perturb check-preprocessing', () => {
  const folder = suiteFolder();
  builtProgram();
  let settings = '';
  before(async () => {
    const models = {
      wrong: { ...signsModel, preprocessing: { mean: 0, std: 1 } },
      broken: { ...signsModel, preprocessing: 'imagnet' },
      cut: { ...signsModel, preprocessing: { resize: 40, crop: 36 } },
    };
    const datasets = { unlabeled: { path: 'data/street', labels: 'predictions' } };
    settings = await writeWorkspace(folder.at('.'), {
      tests: {},
      images: imagesOf('stop', 'yield', 'no-entry'),
      models,
      datasets,
    });
  });

  const check = (model: string, dataset = 'street', ...options: string[]) =>
    perturb('check-preprocessing', folder.at('.'), '--model', model, '--dataset', dataset, ...options);
  const lineOf = async (key: string) =>
    (await readFile(settings, 'utf8')).split(`"${key}"`)[0]?.split('\n').length ?? 0;

  it('prints every convention, and the settings of a better one', async () => {
    const before = await readFile(settings, 'utf8');
    const { code, stdout, stderr } = await check('wrong');
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    const rows = stdout.split('\n').filter((line) => line.includes('/12'));
    assert.equal(rows.length, 7);
    assert.match(rows[0] ?? '', /\[−1, 1\] +│ stretched +│ 12\/12 +│ 100\.0% +│ \d+\.\d% +│ +│/);
    assert.deepEqual(
      rows.filter((row) => row.includes('← current')).map((row) => row.split('│')[1]?.trim()),
      ['[0, 1]'],
    );
    // The line of `preprocessing`, three after the model's name.
    const place = `${settings}:${(await lineOf('wrong')) + 3}: perturb.models › wrong › preprocessing:`;
    assert.ok(stdout.includes(`${place}\n  "preprocessing": "tf"\n`), stdout);
    assert.equal(await readFile(settings, 'utf8'), before);
  });

  it('says so where the settings have the best', async () => {
    const { code, stdout } = await check('signs');
    assert.equal(code, 0);
    assert.match(stdout, /\n\nThe current settings are the best of these\.\n$/);
  });

  it('prints JSON', async () => {
    const { code, stdout } = await check('wrong', 'street', '--json', '--seed', '3');
    assert.equal(code, 0);
    const { images, input, conventions }: PreprocessingCheck = JSON.parse(stdout);
    assert.deepEqual([images, input], [12, { height: 32, width: 32, channels: 3 }]);
    assert.deepEqual([conventions[0]?.settings, conventions[0]?.accuracy], ['tf', 1]);
  });

  for (const [what, [args, words]] of Object.entries<[Parameters<typeof check>, (string | RegExp)[]]>({
    'an unknown model': [['sings'], ['There is no "sings" in "perturb.models". Did you mean "signs"?']],
    'an unknown dataset': [
      ['signs', 'lane'],
      ['There is no "lane" in "perturb.datasets". Available: street, unlabeled.'],
    ],
    'a dataset without labels': [['signs', 'unlabeled'], ['The dataset "unlabeled" has no labels']],
    'a model with a mistake': [
      ['broken'],
      [/settings\.json:\d+:\d+: perturb\.models › broken › preprocessing: "imagnet"/],
    ],
    'a crop of another size': [
      ['cut'],
      ['"crop" is 36 in the preprocessing of this model', 'Make it 32, or remove it'],
    ],
    'a seed that is none': [['signs', 'street', '--seed', '-1'], ['Enter a whole number']],
  })) {
    it(`exits 2 for ${what}`, async () => {
      const { code, stdout, stderr } = await check(...args);
      assert.deepEqual({ code, stdout }, { code: 2, stdout: '' });
      for (const word of words) {
        if (typeof word === 'string') assert.ok(stderr.includes(word), stderr);
        else assert.match(stderr, word);
      }
    });
  }

  for (const missing of ['--model', '--dataset']) {
    it(`exits 2 without ${missing}`, async () => {
      const given = ['--model', 'signs', '--dataset', 'street'];
      given.splice(given.indexOf(missing), 2);
      const { code, stderr } = await perturb('check-preprocessing', folder.at('.'), ...given);
      assert.equal(code, 2);
      assert.match(stderr, new RegExp(`^error: required option '${missing} <name>' not specified`));
    });
  }
});
