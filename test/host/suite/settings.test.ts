import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { openFolder, until } from './demo.ts';
import { extensionVariable } from './result.ts';

/** The settings of the opened folder, in an editor. */
async function openSettings(): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(path.join(openFolder(), '.vscode', 'settings.json'));
  await vscode.window.showTextDocument(document);
  return document;
}

/** Replaces a part of a document that is there once, without saving. */
async function replace(document: vscode.TextDocument, part: string, replacement: string): Promise<void> {
  const start = document.getText().indexOf(part);
  assert.ok(start >= 0, `the settings have no ${part}`);
  const edit = new vscode.WorkspaceEdit();
  edit.replace(
    document.uri,
    new vscode.Range(document.positionAt(start), document.positionAt(start + part.length)),
    replacement,
  );
  await vscode.workspace.applyEdit(edit);
}

const ours = ({ uri }: vscode.TextDocument) =>
  vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'Perturb');

describe('Settings in the editor', () => {
  let text: string;
  let document: vscode.TextDocument;

  before(async () => {
    await vscode.extensions.getExtension(String(process.env[extensionVariable]))?.activate();
    // Some builds of VS Code save by themselves after a second, which on a busy machine is sooner than a mistake is found.
    await vscode.workspace.getConfiguration('files').update('autoSave', 'off', vscode.ConfigurationTarget.Global);
    document = await openSettings();
    text = document.getText();
  });
  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await writeFile(document.uri.fsPath, text);
    await until('the mistakes are gone', async () => ours(document).length === 0 && document.getText() === text);
  });
  after(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  const mistakes: readonly (readonly [part: string, mistake: string, message: RegExp, underlined: string])[] = [
    ['"dataset": "street"', '"dataset": "streets"', /no "streets" in "perturb.datasets"/, '"streets"'],
    ['"epsilon": "8/255"', '"epsilon": "8/0"', /"8\/0" divides by zero/, '"8/0"'],
    ['"target": "yield"', '"target": "yeild"', /"yeild" is not a class of the model "signs"/, '"yeild"'],
    ['"models/signs/model.json"', '"models/signs/mode.json"', /no model at .*mode.json/, '"models/signs/mode.json"'],
    ['"data/street"', '"data/avenue"', /no folder of images at .*avenue/, '"data/avenue"'],
  ];
  for (const [part, mistake, message, underlined] of mistakes) {
    it(`underline ${underlined}, as it is typed, and change it back`, async () => {
      await replace(document, part, mistake);
      await until('the mistake is found', async () => ours(document).length > 0);
      const [diagnostic, ...others] = ours(document);
      assert.ok(diagnostic);
      assert.deepEqual(others, [], 'it is told more than once');
      assert.match(diagnostic.message, message);
      assert.equal(document.getText(diagnostic.range), underlined);
      assert.ok(!(await readFile(document.uri.fsPath, 'utf8')).includes(mistake), 'the settings were saved');
      const command = 'vscode.executeCodeActionProvider';
      const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
        command,
        document.uri,
        diagnostic.range,
      );
      const fix = actions.find(({ title }) => title.startsWith('Change to'));
      if (underlined === '"data/avenue"') return assert.equal(fix, undefined, 'there is nothing like it');
      assert.ok(fix?.edit, `no quick fix among ${actions.map(({ title }) => title)}`);
      await vscode.workspace.applyEdit(fix.edit);
      await until('the mistake is gone', async () => ours(document).length === 0);
      assert.equal(document.getText(), text);
    });
  }

  it('leave to VS Code what it finds by the schema, and help to mend it', async () => {
    await replace(document, '"attack": "fmn"', '"attack": "fnm"');
    await until('VS Code finds it', async () => vscode.languages.getDiagnostics(document.uri).length > 0);
    await until('Perturb has looked', async () => {
      const start = document.positionAt(document.getText().indexOf('"fnm"'));
      const range = new vscode.Range(start, start);
      const command = 'vscode.executeCodeActionProvider';
      const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(command, document.uri, range);
      return actions.some(({ title }) => title === "Change to 'fmn'");
    });
    assert.deepEqual(ours(document), []);
  });

  /** The labels of what is offered after a part of the settings. */
  async function offeredAt(part: string, before: string): Promise<string[]> {
    const start = document.getText().indexOf(part) + before.length;
    const command = 'vscode.executeCompletionItemProvider';
    const list = await vscode.commands.executeCommand<vscode.CompletionList>(
      command,
      document.uri,
      document.positionAt(start),
    );
    return list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
  }

  it('complete names, classes, and paths', async () => {
    const models = await offeredAt('"model": "signs"', '"model": "');
    assert.ok(models.includes('signs'), String(models));
    const classes = await offeredAt('"target": "yield"', '"target": "');
    assert.ok(
      ['yield', 'stop', 'random'].every((name) => classes.includes(name)),
      String(classes),
    );
    const paths = await offeredAt('"models/signs/model.json"', '"models/signs/');
    assert.ok(paths.includes('models/signs/model.json'), String(paths));
  });

  it('complete a whole test', async () => {
    await replace(document, '"perturb.tests": {', '"perturb.tests": {\n    \n');
    const labels = await offeredAt('"perturb.tests": {\n    \n', '"perturb.tests": {\n    ');
    assert.ok(labels.includes('Robustness test'), String(labels));
  });
});
