import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { chooseAttack } from './chooseAttack.ts';
import { chooseModel } from './chooseModel.ts';
import { settingsFor, withChoice } from './settingsFile.ts';

/** *Add Robustness Test…*: asks as *Attack Model…* does, writes the test into the settings, and shows it there. */
export async function addRobustnessTest(uri: vscode.Uri | undefined): Promise<void> {
  const model = await chooseModel(uri);
  if (model === undefined) return;
  const settings = await settingsFor(model);
  const choice = await chooseAttack(model, settings.layer);
  if (choice === undefined) return;
  const expect = await chooseExpectation();
  if (expect === undefined) return;
  const changed = withChoice(settings, choice, expect);
  await save(changed.uri, changed.text);
  const { line } = changed.layer.locate(['perturb.tests', choice.testName]);
  const place = new vscode.Range(line - 1, 0, line - 1, 0);
  await vscode.window.showTextDocument(changed.uri, { selection: place });
}

async function chooseExpectation(): Promise<{ robustAccuracy: number } | undefined> {
  const text = await vscode.window.showInputBox({
    // A view that gets its focus back between two questions must not end the dialogue.
    ignoreFocusOut: true,
    title: vscode.l10n.t('Expectation'),
    prompt: vscode.l10n.t('Robust accuracy that the model must keep, from 0 to 1'),
    value: '0.5',
    validateInput: (value) =>
      value.trim() !== '' && Number(value) >= 0 && Number(value) <= 1
        ? undefined
        : vscode.l10n.t('A number from 0 to 1'),
  });
  return text === undefined ? undefined : { robustAccuracy: Number(text) };
}

/** Through the editor where the file is open, so that it can be undone. */
async function save(uri: vscode.Uri, text: string): Promise<void> {
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  if (open === undefined) {
    await mkdir(path.dirname(uri.fsPath), { recursive: true });
    await writeFile(uri.fsPath, text);
    return;
  }
  const edit = new vscode.WorkspaceEdit();
  edit.replace(uri, new vscode.Range(0, 0, open.lineCount, 0), text);
  await vscode.workspace.applyEdit(edit);
  await open.save();
}
