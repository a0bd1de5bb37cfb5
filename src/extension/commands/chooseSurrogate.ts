import * as vscode from 'vscode';
import type { SettingsLayer } from '../../settings/settingsLayer.ts';

const { l10n } = vscode;

/**
 * Asks for the model in the settings that an attack on another one is crafted on. `undefined` if the user dismissed the
 * question, or there is no other model, which is said.
 * @param model name of the model under attack; missing if the settings do not have it
 */
export async function chooseSurrogate(model: string | undefined, layer: SettingsLayer): Promise<string | undefined> {
  const others = Object.keys(layer.values['perturb.models']).filter((name) => name !== model);
  if (others.length === 0) {
    void vscode.window.showWarningMessage(
      l10n.t(
        'This attack is crafted on another model for the same images and classes. Add one to "perturb.models" in the settings.',
      ),
    );
    return undefined;
  }
  return vscode.window.showQuickPick(others, {
    title: l10n.t('Surrogate'),
    placeHolder: l10n.t('Model the attack is crafted on'),
    ignoreFocusOut: true,
  });
}
