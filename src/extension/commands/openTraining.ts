import * as vscode from 'vscode';
import { TrainingPanels } from '../training/trainingPanels.ts';

const { l10n } = vscode;

/** *Open Training*: the one with a number, or the one that the user picks of those in this workspace. */
export async function openTraining(context: vscode.ExtensionContext, number?: number): Promise<void> {
  const panels = TrainingPanels.of(context);
  const items = panels.all.map(({ number, shown: { name, title, model } }) => ({
    label: name,
    description: l10n.t('{0} for {1}', title, model),
    number,
  }));
  if (items.length === 0) {
    const train = l10n.t('Train Detector…');
    const message = l10n.t('Nothing has been trained in this workspace yet.');
    const chosen = await vscode.window.showInformationMessage(message, train);
    if (chosen === train) await vscode.commands.executeCommand('perturb.trainDetector');
    return;
  }
  const [only] = items.length === 1 ? items : [];
  const options = { title: l10n.t('Trainings'), matchOnDescription: true };
  const chosen = number ?? (only ?? (await vscode.window.showQuickPick(items, options)))?.number;
  if (chosen !== undefined) panels.open(chosen);
}
