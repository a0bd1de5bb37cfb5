import * as vscode from 'vscode';
import { readLabels } from '../../data/readLabels.ts';
import type { SettingsLayer } from '../../settings/settingsLayer.ts';
import { choose, enter } from './ask.ts';
import { type Answer, back, type Place } from './form.ts';
import { labelsOf } from './model.ts';

const { l10n } = vscode;

/** Asks for a class of the model: one of its labels where these are known, else what the user writes. */
export async function chooseTarget(model: vscode.Uri, layer: SettingsLayer, place: Place): Promise<Answer<string>> {
  const labels = await labelsOf(model, layer);
  const classes = labels && (await readLabels(labels).catch(() => undefined));
  if (classes) {
    const question = l10n.t('Class the model should predict');
    const picked = await choose({ place, question, items: classes.map((label) => ({ label })) });
    return picked === undefined || picked === back ? picked : picked.label;
  }
  return enter({
    place,
    question: l10n.t('Class the model should predict: its name or zero-based index'),
    validate: (value) => (value === '' ? l10n.t('Enter the name or the index of a class.') : undefined),
  });
}
