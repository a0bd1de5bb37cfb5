import * as vscode from 'vscode';
import { storageKey } from '../secrets.ts';

const { l10n } = vscode;

/** *Store Secret…*: asks for the name and the value of a secret that endpoints name, and puts it into VS Code's secret storage. */
export async function storeSecret({ secrets }: vscode.ExtensionContext): Promise<void> {
  const name = await chooseName();
  if (name === undefined) return;
  const value = await vscode.window.showInputBox({
    title: l10n.t('Store Secret'),
    prompt: l10n.t('Value of {0}. Leave it empty to delete what is stored.', name),
    password: true,
    ignoreFocusOut: true,
  });
  if (value === undefined) return;
  if (value.trim() === '') await secrets.delete(storageKey(name));
  else await secrets.store(storageKey(name), value.trim());
  const message =
    value.trim() === '' ? l10n.t('The secret {0} is deleted.', name) : l10n.t('The secret {0} is stored.', name);
  void vscode.window.showInformationMessage(message);
}

/** One of the names in the settings, or another one. */
async function chooseName(): Promise<string | undefined> {
  const names = namesInSettings();
  const other = l10n.t('Another Secret…');
  const chosen =
    names.length === 0
      ? other
      : await vscode.window.showQuickPick([...names, other], { title: l10n.t('Store Secret') });
  if (chosen !== other) return chosen;
  return vscode.window.showInputBox({
    title: l10n.t('Store Secret'),
    prompt: l10n.t('Name of the secret, as "secret" of an endpoint has it'),
    placeHolder: 'API_KEY',
    validateInput: (text) =>
      /^[A-Z][A-Z0-9_]*$/.test(text) ? undefined : l10n.t('Enter a name in capital letters, such as API_KEY.'),
  });
}

function namesInSettings(): string[] {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const models = folders.flatMap(({ uri }) =>
    Object.values(vscode.workspace.getConfiguration('perturb', uri).get<Record<string, unknown>>('models', {})),
  );
  const names = models.map((model) => Object(Object(model).endpoint).secret as unknown);
  return [...new Set(names.filter((name) => typeof name === 'string'))].sort();
}
