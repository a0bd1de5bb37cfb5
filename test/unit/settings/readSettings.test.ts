// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of VS Code
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { readWorkspace } from '../../../src/settings/readSettings.ts';
import { UserError } from '../../../src/userError.ts';
import { removeFiles, resolveFiles, resolveText, writeFiles } from './workspaces.ts';

/** A test of model "m" on dataset "d". */
const test = '{ "model": "m", "dataset": "d", "attack": "fgsm", "epsilon": 0.1, "expect": { "robustAccuracy": 0 } }';
const complete = `{
  "perturb.models": { "m": { "path": "m.onnx" } },
  "perturb.datasets": { "d": { "path": "d" } },
  "perturb.tests": { "T": ${test} }
}`;

function workspaceFile(folders: string, settings: string): string {
  return `{ // A workspace\n"folders": ${folders},\n"settings": ${settings},\n}`;
}

describe('reading a folder', () => {
  afterEach(removeFiles);

  it('explains what to create where there are no settings', async () => {
    const root = await writeFiles({});
    await assert.rejects(
      readWorkspace(root),
      new UserError(
        `There are no settings in ${root}. Create ${join(root, '.vscode/settings.json')} with "perturb.models", "perturb.datasets", and "perturb.tests".`,
      ),
    );
  });

  it('explains a path that is not there, or no workspace', async () => {
    const root = await writeFiles({ 'model.onnx': '' });
    const [missing, model] = [join(root, 'missing'), join(root, 'model.onnx')];
    await assert.rejects(
      readWorkspace(missing),
      new UserError(`There is no folder or .code-workspace file at ${missing}. Check the path.`),
    );
    await assert.rejects(
      readWorkspace(model),
      new UserError(
        `${model} is not a workspace. Specify a folder with .vscode/settings.json or a .code-workspace file.`,
      ),
    );
  });

  it('says where the JSON is broken, once', async () => {
    const { plans, problems, root } = await resolveText(
      '{\n  "perturb.models": {\n    "m": { "path" "m.onnx" }\n  }\n}',
    );
    assert.deepEqual(plans, []);
    assert.deepEqual(problems, [
      {
        file: join(root, '.vscode/settings.json'),
        line: 3,
        column: 19,
        setting: 'settings',
        path: [],
        message: 'This is not valid JSON: colon expected.',
        knownToEditor: true,
      },
    ]);
  });

  it('accepts a byte order mark and Windows line ends', async () => {
    const { plans, lines } = await resolveText(`\uFEFF${complete.replaceAll('\n', '\r\n')}`);
    assert.deepEqual(lines, []);
    assert.equal(plans[0]?.origin.line, 4);
  });

  it('explains settings that are not objects', async () => {
    const { lines, plans, problems } = await resolveText(`{
  "perturb.models": [],
  "perturb.datasets": { "d": { "path": "d" } },
  "perturb.tests": { "T": ${test} }
}`);
    assert.deepEqual(lines, [
      '.vscode/settings.json:2 perturb.models: This setting must be an object with names as keys: { "name": { … } }.',
    ]);
    assert.deepEqual([plans, problems[0]?.test], [[], undefined]);
    assert.deepEqual((await resolveText('[]')).lines, [
      '.vscode/settings.json:1 settings: Settings must be an object: { "perturb.models": { … }, … }.',
    ]);
  });

  it('explains a setting that is defined twice', async () => {
    const { lines } = await resolveText(`{\n"perturb.tests": { "T": 1 },\n"perturb.tests": {}\n}`);
    assert.deepEqual(lines, [
      '.vscode/settings.json:3 perturb.tests: "perturb.tests" is defined twice in this file, and the first definition would be ignored. Merge the two.',
    ]);
  });

  it('takes names that objects have of their own for unknown', async () => {
    const { lines } = await resolveText(complete.replace('"model": "m"', '"model": "constructor"'));
    assert.deepEqual(lines, [
      '.vscode/settings.json:4 perturb.tests › T › model: There is no "constructor" in "perturb.models". Available: m.',
    ]);
  });

  it('advises to add a model where there is none', async () => {
    const { lines } = await resolveText(complete.replace('"m": { "path": "m.onnx" }', ''));
    assert.deepEqual(lines, [
      '.vscode/settings.json:4 perturb.tests › T › model: There is no "m" in "perturb.models". Nothing is defined there yet. Add it.',
    ]);
  });
});

describe('reading a .code-workspace file', () => {
  afterEach(removeFiles);

  it('takes its settings, whose paths start from its own folder', async () => {
    const { root, plans, lines } = await resolveFiles(
      { 'team.code-workspace': workspaceFile('[{ "path": "app" }]', complete), 'app/readme.txt': '' },
      'team.code-workspace',
    );
    assert.deepEqual(lines, []);
    assert.deepEqual(
      plans.map(({ id, model, dataset, origin }) => [id, model.path, dataset?.path, origin]),
      [['m › T', join(root, 'm.onnx'), join(root, 'd'), { file: join(root, 'team.code-workspace'), line: 6 }]],
    );
  });

  it('takes the settings of its folders, which may use models of the workspace', async () => {
    const { root, plans, lines } = await resolveFiles(
      {
        'team/all.code-workspace': workspaceFile(
          '[{ "path": "../app" }, { "path": "../web", "name": "site" }]',
          '{ "perturb.models": { "m": { "path": "shared.onnx" } }, "perturb.datasets": { "d": { "path": "${workspaceFolder:site}/images" } } }',
        ),
        'app/.vscode/settings.json': `{ "perturb.tests": { "uses shared": ${test} } }`,
        'web/.vscode/settings.json': `{ "perturb.models": { "m": { "path": "own.onnx" } }, "perturb.tests": { "uses own": ${test} } }`,
      },
      'team/all.code-workspace',
    );
    assert.deepEqual(lines, []);
    assert.deepEqual(
      plans.map(({ id, model, dataset }) => [id, model.path, dataset?.path]),
      [
        ['m › uses shared', join(root, 'team/shared.onnx'), join(root, 'web/images')],
        ['m › uses own', join(root, 'web/own.onnx'), join(root, 'web/images')],
      ],
    );
  });

  it('tells tests of the same name apart by their folders', async () => {
    const { plans } = await resolveFiles(
      {
        'all.code-workspace': workspaceFile('[{ "path": "a/app" }, { "path": "b/app" }]', '{}'),
        'a/app/.vscode/settings.json': complete,
        'b/app/.vscode/settings.json': complete,
      },
      'all.code-workspace',
    );
    assert.deepEqual(
      plans.map(({ id }) => id),
      ['app › m › T', 'b/app › m › T'],
    );
  });

  it('asks which folder ${workspaceFolder} means where there are several', async () => {
    const { lines } = await resolveFiles(
      {
        'all.code-workspace': workspaceFile(
          '[{ "path": "app" }, { "path": "web" }]',
          complete.replace('m.onnx', '${workspaceFolder}/m.onnx'),
        ),
        'app/readme.txt': '',
        'web/readme.txt': '',
      },
      'all.code-workspace',
    );
    assert.deepEqual(lines, [
      'all.code-workspace:4 perturb.models › m › path: ${workspaceFolder} is ambiguous in this workspace. Specify a folder, as in ${workspaceFolder:name}: app, web.',
    ]);
  });

  it('reports folders that are not there, and goes on with the others', async () => {
    const { root, plans, lines } = await resolveFiles(
      {
        'all.code-workspace': workspaceFile(
          '[{ "path": "gone" }, { "uri": "vscode-remote://x/y" }, { "uri": "file://y/%2f" }, { "path": "app" }]',
          '{}',
        ),
        'app/.vscode/settings.json': complete,
      },
      'all.code-workspace',
    );
    assert.deepEqual(lines, [
      `all.code-workspace:2 folders[0]: The folder ${join(root, 'gone')} does not exist, so its tests are unknown. Correct the path or remove the entry.`,
      'all.code-workspace:2 folders[1]: This entry does not refer to a folder on this computer. Add a "path" or remove the entry.',
      'all.code-workspace:2 folders[2]: This entry does not refer to a folder on this computer. Add a "path" or remove the entry.',
    ]);
    assert.deepEqual(
      plans.map(({ id }) => id),
      ['m › T'],
    );
  });

  it('goes on with other folders where one has broken settings', async () => {
    const { plans, lines } = await resolveFiles(
      {
        'all.code-workspace': workspaceFile('[{ "path": "app" }, { "path": "web" }]', '{}'),
        'app/.vscode/settings.json': '{ "perturb.tests": ',
        'web/.vscode/settings.json': complete,
      },
      'all.code-workspace',
    );
    assert.deepEqual(lines, ['app/.vscode/settings.json:1 settings: This is not valid JSON: value expected.']);
    assert.deepEqual(
      plans.map(({ id }) => id),
      ['m › T'],
    );
  });

  it('says where its JSON is broken, and nothing about what that hides', async () => {
    const { plans, lines } = await resolveFiles(
      { 'all.code-workspace': '{ "folders": [ }', 'app/.vscode/settings.json': complete },
      'all.code-workspace',
    );
    assert.deepEqual(lines, ['all.code-workspace:1 settings: This is not valid JSON: value expected.']);
    assert.deepEqual(plans, []);
  });
});
