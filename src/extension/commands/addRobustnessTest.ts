import path from 'node:path';
import * as vscode from 'vscode';
import { fillAttackForm } from '../questions/attackForm.ts';
import { chooseModel } from '../questions/chooseModel.ts';
import { saveTest } from './saveTest.ts';
import type { Services } from './services.ts';
import { settingsFor } from './settingsFile.ts';

const { l10n } = vscode;

/** *Add Robustness Test…*: asks like *Attack Model…*, saves the test in the settings, and shows it there. */
export async function addRobustnessTest(
  { workspaceState: memory }: vscode.ExtensionContext,
  { engine }: Services,
  uri: vscode.Uri | undefined,
): Promise<void> {
  const model = await chooseModel(uri);
  if (model === undefined) return;
  const { layer } = await settingsFor(model);
  const title = l10n.t('Test {0}', path.basename(model.fsPath));
  const choice = await fillAttackForm({ title, model, layer, engine, memory });
  if (choice) await saveTest(layer.folder, choice);
}
