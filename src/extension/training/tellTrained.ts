import * as vscode from 'vscode';
import { openFile } from './openFile.ts';
import { TrainingPanels } from './trainingPanels.ts';

const { l10n } = vscode;

/**
 * Tells that something has been trained, and offers its card and its training.
 * @param more what else there is to do with it.
 * @returns what was chosen of that.
 */
export async function tellTrained(
  context: vscode.ExtensionContext,
  message: string,
  card: string,
  ...more: readonly string[]
): Promise<string | undefined> {
  const showCard = l10n.t('Show Model Card');
  const open = l10n.t('Open Training');
  const chosen = await vscode.window.showInformationMessage(message, ...more, showCard, open);
  if (chosen === showCard) await openFile(card);
  if (chosen === open) TrainingPanels.of(context).openLast();
  return more.find((action) => action === chosen);
}
