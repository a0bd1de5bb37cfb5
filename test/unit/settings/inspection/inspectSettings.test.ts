// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of VS Code
import assert from 'node:assert/strict';
import { relative } from 'node:path';
import { inspectSettings } from '../../../../src/settings/inspection/inspectSettings.ts';
import { readWorkspace } from '../../../../src/settings/readSettings.ts';
import { removeFiles, writeFiles } from '../workspaces.ts';

const files = {
  'models/net.onnx': '',
  'models/labels.txt': 'stop\nyield\nno entry\n',
  'data/shapes/circle/1.png': '',
  'data/labels.csv': '1.png,stop\n',
};

/** Settings with a model, a dataset, and one test, with these keys of each in place of the sound ones. */
function settingsOf({ model = {}, dataset = {}, test = {} }: Partial<Record<'model' | 'dataset' | 'test', object>>) {
  return JSON.stringify(
    {
      'perturb.models': { net: { path: 'models/net.onnx', labels: 'models/labels.txt', ...model } },
      'perturb.datasets': { shapes: { path: 'data/shapes', ...dataset } },
      'perturb.tests': {
        one: {
          model: 'net',
          dataset: 'shapes',
          attack: 'fgsm',
          epsilon: '8/255',
          expect: { successRate: 0 },
          ...test,
        },
      },
    },
    null,
    2,
  );
}

/** What is found in settings: where, what, and what may be meant. */
async function found(settings: string, opened = '.', more: Readonly<Record<string, string>> = {}) {
  const root = await writeFiles({ ...files, '.vscode/settings.json': settings, ...more });
  const problems = await inspectSettings(await readWorkspace(`${root}/${opened}`));
  return problems.map(({ file, setting, message, meant, knownToEditor }) => ({
    place: `${relative(root, file)}: ${setting}`,
    message: message.replaceAll(root, ''),
    ...(meant && meant.length > 0 && { meant }),
    ...(knownToEditor && { knownToEditor }),
  }));
}

describe('inspecting settings', () => {
  afterEach(removeFiles);

  it('finds nothing where nothing is wrong', async () => {
    assert.deepEqual(await found(settingsOf({})), []);
    assert.deepEqual(await found(settingsOf({ test: { classes: ['Stop', '1'], target: 'no_entry' } })), []);
    assert.deepEqual(await found(settingsOf({ test: { target: 'least-likely' } })), []);
    assert.deepEqual(await found(settingsOf({ dataset: { labels: 'data/labels.csv' } })), []);
    assert.deepEqual(await found(settingsOf({ dataset: { labels: 'predictions' } })), []);
  });

  const tests = '.vscode/settings.json: perturb.tests › one';
  const mistakes: Readonly<Record<string, [keys: Parameters<typeof settingsOf>[0], expected: object]>> = {
    'an unknown dataset, with the name that is meant': [
      { test: { dataset: 'shape' } },
      {
        place: `${tests} › dataset`,
        message: 'There is no "shape" in "perturb.datasets". Did you mean "shapes"?',
        meant: ['shapes'],
      },
    ],
    'an unknown model in a list': [
      { test: { model: ['net', 'another'] } },
      {
        place: `${tests} › model[1]`,
        message: 'There is no "another" in "perturb.models". Available: net.',
        meant: ['net'],
      },
    ],
    'an epsilon that divides by zero': [
      { test: { epsilon: '8/0' } },
      {
        place: `${tests} › epsilon`,
        message: '"8/0" divides by zero. Enter a number greater than 0 or a fraction such as "8/255".',
        meant: ['8/255'],
      },
    ],
    'an epsilon in gray levels, in a list': [
      { test: { epsilon: ['2/255', 8] } },
      {
        place: `${tests} › epsilon[1]`,
        message: '8 exceeds the whole pixel range, [0, 1]. For 8 gray levels, enter "8/255".',
        meant: ['8/255'],
      },
    ],
    'a target that is no class': [
      { test: { target: 'yeild' } },
      {
        place: `${tests} › target`,
        message: '"yeild" is not a class of the model "net". Did you mean "yield"?',
        meant: ['yield'],
      },
    ],
    'a class that is none': [
      { test: { classes: ['stop', 'banana'] } },
      {
        place: `${tests} › classes[1]`,
        message: '"banana" is not a class of the model "net". Available: stop, yield, no entry.',
        meant: ['stop', 'yield', 'no entry'],
      },
    ],
    'a model that is not there': [
      { model: { path: 'models/nets.onnx' } },
      {
        place: '.vscode/settings.json: perturb.models › net › path',
        message: 'There is no model at /models/nets.onnx. Did you mean "net.onnx"?',
        meant: ['models/net.onnx'],
      },
    ],
    'labels that are not there': [
      { model: { labels: '${workspaceFolder}/models/classes.csv' } },
      {
        place: '.vscode/settings.json: perturb.models › net › labels',
        message: 'There is no file of class names at /models/classes.csv. Correct the path.',
      },
    ],
    'a folder of enrolled images that is not there': [
      { model: { labels: undefined, enrolled: { path: 'data/shape', threshold: 0.5 } } },
      {
        place: '.vscode/settings.json: perturb.models › net › enrolled › path',
        message: 'There is no folder of enrolled images at /data/shape. Did you mean "shapes"?',
        meant: ['data/shapes'],
      },
    ],
    'a target that is no enrolled identity': [
      { model: { labels: undefined, enrolled: { path: 'data/shapes', threshold: 0.5 } }, test: { target: 'square' } },
      {
        place: `${tests} › target`,
        message: '"square" is not a class of the model "net". Available: circle, nobody.',
        meant: ['circle', 'nobody'],
      },
    ],
    'a folder of images that is not there': [
      { dataset: { path: 'elsewhere/images' } },
      {
        place: '.vscode/settings.json: perturb.datasets › shapes › path',
        message: 'There is no folder of images at /elsewhere/images. Correct the path.',
      },
    ],
    'a table that is not there': [
      { dataset: { labels: 'data/label.csv' } },
      {
        place: '.vscode/settings.json: perturb.datasets › shapes › labels',
        message: 'There is no table of labels at /data/label.csv. Did you mean "labels.csv"?',
        meant: ['data/labels.csv'],
      },
    ],
    'what the schema says as well, and marks it': [
      { test: { attack: 'fgms' } },
      {
        place: `${tests} › attack`,
        message: '"fgms" is not valid. Did you mean "fgsm"?',
        meant: ['fgsm'],
        knownToEditor: true,
      },
    ],
  };
  for (const [mistake, [keys, expected]] of Object.entries(mistakes)) {
    it(`finds ${mistake}`, async () => {
      assert.deepEqual(await found(settingsOf(keys)), [expected]);
    });
  }

  it('finds a mistake once that many tests have, and one that none has', async () => {
    const settings = `{
      "perturb.models": { "used": { "path": "\${nothing}/net.onnx" }, "unused": { "path": 5 } },
      "perturb.datasets": { "shapes": { "path": "data/shapes" } },
      "perturb.tests": {
        "one": { "model": "used", "dataset": "shapes", "attack": "fgsm", "epsilon": 0.1, "expect": { "successRate": 0 } },
        "two": { "model": "used", "dataset": "shapes", "attack": "fgsm", "epsilon": 0.1, "expect": { "successRate": 0 } }
      }
    }`;
    const places = (await found(settings)).map(({ place }) => place);
    assert.deepEqual(places, [
      '.vscode/settings.json: perturb.models › used › path',
      '.vscode/settings.json: perturb.models › unused › path',
    ]);
  });

  it('finds the classes of a model that a workspace file defines', async () => {
    const outer = '{ "perturb.models": { "net": { "path": "models/net.onnx", "labels": "models/labels.txt" } } }';
    const inner = `{
      "perturb.datasets": { "shapes": { "path": "data/shapes" } },
      "perturb.tests": { "one": {
        "model": "net", "dataset": "shapes", "attack": "fgsm", "epsilon": 0.1, "target": "halt", "expect": { "successRate": 0 }
      } }
    }`;
    const workspace = `{ "folders": [{ "path": "." }], "settings": ${outer} }`;
    const problems = await found(inner, 'all.code-workspace', { 'all.code-workspace': workspace });
    assert.deepEqual(
      problems.map(({ place, meant }) => [place, meant]),
      [[`${tests} › target`, ['stop', 'yield', 'no entry']]],
    );
  });
});
