import * as vscode from 'vscode';
import type { SettingsLayer } from '../../settings/settingsLayer.ts';
import { choose } from './ask.ts';
import { type Answer, back, type Place } from './form.ts';

const { l10n } = vscode;

/**
 * Asks for the model in the settings that an attack on another one is crafted on. Where there is none, that is said, and the
 * question before is asked again.
 * @param model name of the model under attack.
 */
export async function chooseSurrogate(model: string, layer: SettingsLayer, place: Place): Promise<Answer<string>> {
  const others = Object.keys(layer.values['perturb.models']).filter((name) => name !== model);
  if (others.length === 0) {
    void vscode.window.showWarningMessage(
      l10n.t(
        'This attack is crafted on another model for the same images and classes. Add one to "perturb.models" in the settings.',
      ),
    );
    return back;
  }
  const question = l10n.t('Model the attack is crafted on');
  const picked = await choose({ place, question, items: others.map((label) => ({ label })) });
  return picked === undefined || picked === back ? picked : picked.label;
}
