import * as vscode from 'vscode';
import { chooseAttack } from './chooseAttack.ts';
import { chooseModel } from './chooseModel.ts';
import { saveSettings, settingsFor, showSettings, withChoice } from './settingsFile.ts';

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
  await saveSettings(changed);
  await showSettings(changed, ['perturb.tests', choice.testName]);
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
