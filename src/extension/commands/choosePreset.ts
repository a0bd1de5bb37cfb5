import * as vscode from 'vscode';
import { type AnyParameters, hasPresets, type Preset } from '../../parameters/parameter.ts';

const { l10n } = vscode;

/** Asks for the preset of what has these parameters, where there is a choice. `undefined` where the user has left. */
export async function choosePreset(parameters: AnyParameters): Promise<Preset | undefined> {
  if (!hasPresets(parameters)) return 'quick';
  const items: (vscode.QuickPickItem & { value: Preset })[] = [
    { label: l10n.t('Quick'), description: l10n.t('parameters for a first look'), value: 'quick' },
    { label: l10n.t('Paper'), description: l10n.t('parameters of the original source, slower'), value: 'paper' },
  ];
  return (await vscode.window.showQuickPick(items, { title: l10n.t('Preset'), ignoreFocusOut: true }))?.value;
}
