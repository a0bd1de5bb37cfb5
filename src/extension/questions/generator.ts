import * as vscode from 'vscode';
import { isObject } from '../../settings/problem.ts';
import type { SettingsLayer } from '../../settings/settingsLayer.ts';
import { choose } from './ask.ts';
import { type Answer, back, type Place } from './form.ts';

const { l10n } = vscode;

/**
 * Asks for the generator in the settings that an attack makes its examples with. Where the model has none, that is said, and
 * the question before is asked again.
 * @param kind of generator, which is the attack's own name.
 * @returns its folder, as the settings state it.
 */
export async function chooseGeneratorOf(
  model: string,
  kind: string,
  layer: SettingsLayer,
  place: Place,
): Promise<Answer<string>> {
  const fitting = Object.entries(layer.values['perturb.generators']).flatMap(([label, value]) =>
    isObject(value) && value.model === model && value.kind === kind && typeof value.path === 'string'
      ? [{ label, description: value.path }]
      : [],
  );
  if (fitting.length === 0) {
    void vscode.window.showWarningMessage(
      l10n.t('This attack needs a network that was trained against the model. Run Train Generator… first.'),
    );
    return back;
  }
  const question = l10n.t('Generator that makes the examples');
  const picked = await choose({ place, question, items: fitting });
  return picked === undefined || picked === back ? picked : picked.description;
}
