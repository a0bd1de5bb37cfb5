import * as vscode from 'vscode';
import { describeError, firstLineOf } from '../userError.ts';
import type { Log } from './log.ts';

const { l10n } = vscode;

/** What an error's text has where it is followed by the places in our code that it came through. */
const stack = /\n\s+at /;

/**
 * Tells the user of an error: what they can mend in its own words, a mistake of ours by its first line. The log has all of
 * it.
 */
export function showError(error: unknown, log: Log): void {
  const words = describeError(error);
  log.error(words);
  if (!stack.test(words)) {
    void vscode.window.showErrorMessage(words);
    return;
  }
  const show = l10n.t('Show Log');
  const copy = l10n.t('Copy Diagnostics');
  const message = l10n.t('Perturb made a mistake: {0}', firstLineOf(error));
  void vscode.window.showErrorMessage(message, show, copy).then((chosen) => {
    if (chosen === show) log.show();
    if (chosen === copy) void vscode.commands.executeCommand('perturb.copyDiagnostics');
  });
}
