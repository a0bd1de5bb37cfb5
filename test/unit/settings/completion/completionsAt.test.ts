// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of VS Code
import assert from 'node:assert/strict';
import { parseTree } from 'jsonc-parser';
import { completionsAt } from '../../../../src/settings/completion/completionsAt.ts';
import { parseLayer } from '../../../../src/settings/settingsLayer.ts';
import { removeFiles, writeFiles } from '../workspaces.ts';

const files = {
  'models/net.onnx': '',
  'models/labels.txt': 'stop\nyield\n',
  'models/read.me': '',
  'data/shapes/circle/1.png': '',
  'data/shapes/square/1.png': '',
  'data/labels.csv': '',
  '.hidden/net.onnx': '',
};

const definitions = `
  "perturb.models": { "net": { "path": "models/net.onnx", "labels": "models/labels.txt" }, "other": { "path": "" } },
  "perturb.datasets": { "shapes": { "path": "data/shapes" } },
  "perturb.detectors": { "guard": {} },`;

/** What is offered where a text has a `|`, and the text with the first of it filled in. */
async function completed(marked: string, { outer = '', prefix = [] as string[] } = {}) {
  const root = await writeFiles(files);
  const offset = marked.indexOf('|');
  const text = marked.replace('|', '');
  const scope = { file: `${root}/.vscode/settings.json`, name: 'a', folder: root, folders: new Map() };
  const layer = outer === '' ? {} : { outer: parseLayer(outer, scope) };
  const { start, end, items } = await completionsAt(text, offset, { ...scope, ...layer }, prefix);
  const labels = items.map(({ label }) => label).sort();
  return { labels, items, filled: (insert: string) => text.slice(0, start) + insert + text.slice(end) };
}

describe('completion in settings', () => {
  afterEach(removeFiles);

  const names: Readonly<Record<string, [text: string, labels: string[]]>> = {
    'models, within quotation marks': [
      `{${definitions} "perturb.tests": { "a": { "model": "|" } } }`,
      ['net', 'other'],
    ],
    'models, where there is nothing yet': [
      `{${definitions} "perturb.tests": { "a": { "model": | } } }`,
      ['net', 'other'],
    ],
    'models, in a list': [`{${definitions} "perturb.tests": { "a": { "model": ["net", "|"] } } }`, ['net', 'other']],
    datasets: [`{${definitions} "perturb.tests": { "a": { "dataset": "sh|" } } }`, ['shapes']],
    'datasets to validate on': [`{${definitions} "perturb.defenses": { "a": { "validation": "|" } } }`, ['shapes']],
    detectors: [`{${definitions} "perturb.tests": { "a": { "detector": "|" } } }`, ['guard']],
    'classes of the model': [
      `{${definitions} "perturb.tests": { "a": { "model": "net", "dataset": "shapes", "classes": ["|"] } } }`,
      ['stop', 'yield'],
    ],
    'classes, and ways to choose one, as target': [
      `{${definitions} "perturb.tests": { "a": { "target": "|", "model": ["net"] } } }`,
      ['least-likely', 'random', 'stop', 'yield'],
    ],
    'folders of the dataset, for a model without labels': [
      `{${definitions} "perturb.tests": { "a": { "model": "other", "dataset": "shapes", "classes": ["|"] } } }`,
      ['circle', 'square'],
    ],
    'models and folders as path of a model': ['{ "perturb.models": { "a": { "path": "|" } } }', ['data', 'models']],
    'what is in the folder that a path has come to': [
      '{ "perturb.models": { "a": { "path": "models/|" } } }',
      ['models/net.onnx'],
    ],
    'files of class names': ['{ "perturb.models": { "a": { "labels": "models/l|" } } }', ['models/labels.txt']],
    'folders as path of a dataset': ['{ "perturb.datasets": { "a": { "path": "data/|" } } }', ['data/shapes']],
    'tables of labels': [
      '{ "perturb.datasets": { "a": { "labels": "./data/|" } } }',
      ['./data/labels.csv', './data/shapes'],
    ],
    'nothing where the schema knows all': [`{${definitions} "perturb.tests": { "a": { "norm": "|" } } }`, []],
    'nothing among the parameters': [
      `{${definitions} "perturb.tests": { "a": { "parameters": { "model": "|" } } } }`,
      [],
    ],
    'nothing in settings of others': ['{ "editor.tests": { "a": { "model": "|" } } }', []],
    'nothing in a folder that is not there': ['{ "perturb.models": { "a": { "path": "nowhere/|" } } }', []],
  };
  for (const [what, [text, labels]] of Object.entries(names)) {
    it(`offers ${what}`, async () => {
      assert.deepEqual((await completed(text)).labels, labels);
    });
  }

  it('replaces the whole string', async () => {
    const { items, filled } = await completed(`{${definitions} "perturb.tests": { "a": { "model": "ne|x" } } }`);
    assert.ok(filled(items[0]?.text ?? '').endsWith('{ "model": "net" } } }'), filled(items[0]?.text ?? ''));
  });

  it('knows the names of a workspace file around the folder', async () => {
    const { labels } = await completed('{ "perturb.tests": { "a": { "dataset": "|" } } }', {
      outer: `{${definitions}}`,
    });
    assert.deepEqual(labels, ['shapes']);
  });

  it('works within a workspace file', async () => {
    const text = `{ "folders": [], "settings": {${definitions} "perturb.tests": { "a": { "model": "|" } } } }`;
    assert.deepEqual((await completed(text, { prefix: ['settings'] })).labels, ['net', 'other']);
    const elsewhere = `{ "launch": {${definitions} "perturb.tests": { "a": { "model": "|" } } } }`;
    assert.deepEqual((await completed(elsewhere, { prefix: ['settings'] })).labels, []);
  });

  it('adds a whole test at a key, which refers to what there is', async () => {
    const { items, filled } = await completed(`{${definitions} "perturb.tests": {\n|\n} }`);
    assert.deepEqual(
      items.map(({ label, kind }) => [label, kind]),
      [['Robustness test', 'snippet']],
    );
    const text = items[0]?.text ?? '';
    assert.match(text, /^"\$\{1:name\}": \{\n\t"model": "\$\{2\|net,other\|\}",\n\t"dataset": "\$\{3\|shapes\|\}",\n/);
    const errors: never[] = [];
    parseTree(filled(text.replaceAll(/\$\{\d+[:|]([^,|}]*)[^}]*\}/g, '$1')), errors, { allowTrailingComma: true });
    assert.deepEqual(errors, []);
  });

  it('separates a new entry from the next', async () => {
    const [last, first] = ['{ "perturb.datasets": { | } }', '{ "perturb.datasets": { |\n "b": {} } }'];
    assert.match((await completed(last)).items[0]?.text ?? '', /\}$/);
    assert.match((await completed(first)).items[0]?.text ?? '', /\},$/);
  });

  it('adds nothing to a key that has its value', async () => {
    assert.deepEqual((await completed('{ "perturb.tests": { "o|": { } } }')).labels, []);
    assert.deepEqual((await completed('{ "perturb.tests": { "o|" } }')).labels, ['Robustness test']);
  });
});
