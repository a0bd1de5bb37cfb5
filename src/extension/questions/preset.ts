import * as vscode from 'vscode';
import type { Preset } from '../../parameters/parameter.ts';
import { choose } from './ask.ts';
import { type Answer, back, type Place } from './form.ts';

const { l10n } = vscode;

/** Asks for the preset of what has a choice of them. */
export async function choosePreset(place: Place, former?: string): Promise<Answer<Preset>> {
  const items: (vscode.QuickPickItem & { value: Preset })[] = [
    { label: l10n.t('Quick'), description: l10n.t('parameters for a first look'), value: 'quick' },
    { label: l10n.t('Paper'), description: l10n.t('parameters of the original source, slower'), value: 'paper' },
  ];
  const question = l10n.t('Parameters to use');
  const picked = await choose({ place, question, items, isActive: ({ value }) => value === former });
  return picked === undefined || picked === back ? picked : picked.value;
}
