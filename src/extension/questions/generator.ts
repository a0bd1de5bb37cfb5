import * as vscode from 'vscode';
import { generators } from '../../defenses/generators/catalog.ts';
import { isObject } from '../../settings/problem.ts';
import type { SettingsLayer } from '../../settings/settingsLayer.ts';
import { choose } from './ask.ts';
import { type Answer, alone, back, type Place } from './form.ts';

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
  const fitting = generatorsOf(model, layer, (each) => each === kind);
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

/**
 * Asks which generator in the settings draws images for the model, if there is one; the answer has no name for none.
 */
export async function chooseDrawingGenerator(
  model: string,
  layer: SettingsLayer,
): Promise<{ readonly name?: string } | undefined> {
  const drawing = generatorsOf(model, layer, (kind) => generators.get(kind)?.makes === 'samples');
  if (drawing.length === 0) return {};
  const none = { label: l10n.t('None') };
  const place = { title: l10n.t('Generator') };
  const question = l10n.t('Generator whose images are shown beside them');
  const picked = alone(await choose<vscode.QuickPickItem>({ place, question, items: [...drawing, none] }));
  return picked && (picked === none ? {} : { name: picked.label });
}

/** The generators of a model in the settings whose kind fits, with their folders. */
function generatorsOf(model: string, { values }: SettingsLayer, fits: (kind: string) => boolean) {
  return Object.entries(values['perturb.generators']).flatMap(([label, value]) => {
    if (!isObject(value) || value.model !== model) return [];
    const { kind, path } = value;
    return typeof kind === 'string' && typeof path === 'string' && fits(kind) ? [{ label, description: path }] : [];
  });
}
