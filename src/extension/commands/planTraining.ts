import * as vscode from 'vscode';
import type { FoundSource } from '../../settings/findSource.ts';
import type { SettingsLayer, Workspace } from '../../settings/settingsLayer.ts';
import { UserError } from '../../userError.ts';
import { chooseModel } from '../questions/chooseModel.ts';
import type { TrainingChoice } from '../questions/trainingForm.ts';
import { saveSettings, settingsFor, withEntries } from './settingsFile.ts';

/** What is to be trained, as the settings now have it. */
export interface PlannedTraining<Plan> {
  readonly name: string;
  readonly plan: Plan;
  /** The folder whose settings have it. */
  readonly folder: string;
}

/**
 * Asks for a model, unless one was clicked on, and for what to train on it, and saves that in the settings.
 * @param formats those of the models to offer; all if missing.
 * @returns undefined where the user gave up.
 * @throws UserError in a workspace that is not trusted, or for settings with mistakes.
 */
export async function planTraining<Plan>(
  clicked: vscode.Uri | undefined,
  choose: (model: vscode.Uri, layer: SettingsLayer) => Promise<TrainingChoice | undefined>,
  find: (workspace: Workspace, name: string) => FoundSource<Plan>,
  formats?: Parameters<typeof chooseModel>[1],
): Promise<PlannedTraining<Plan> | undefined> {
  if (!vscode.workspace.isTrusted) throw new UserError(vscode.l10n.t('Trust this workspace to run its models.'));
  const model = await chooseModel(clicked, formats);
  if (model === undefined) return undefined;
  const settings = await settingsFor(model);
  const choice = await choose(model, settings.layer);
  if (choice === undefined) return undefined;
  const { name, entries } = choice;
  const changed = withEntries(settings, entries);
  const plan = find({ layers: [changed.layer], problems: [] }, name).source;
  if (entries.length > 0) await saveSettings(changed);
  return { name, plan, folder: changed.layer.folder };
}
