import * as vscode from 'vscode';
import { UserError } from '../../userError.ts';

/** What an installation is given to report with, and to be ended by. */
interface Means {
  onProgress(progress: { readonly message: string /** From 0 to 1. */; readonly fraction: number }): void;
  readonly signal: AbortSignal;
}

/**
 * Installs something, with its progress in a notification that can cancel it.
 * @returns undefined when it was canceled.
 * @throws UserError in a workspace that is not trusted; what the installation throws.
 */
export async function withInstallProgress<T>(
  title: string,
  install: (means: Means) => Promise<T>,
): Promise<T | undefined> {
  if (!vscode.workspace.isTrusted) throw new UserError(vscode.l10n.t('Trust this workspace to start the engine.'));
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (view, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort(new Error('cancelled')));
    let shown = 0;
    const onProgress: Means['onProgress'] = ({ message, fraction }) => {
      view.report({ message, increment: 100 * (fraction - shown) });
      shown = fraction;
    };
    try {
      return await install({ onProgress, signal: abort.signal });
    } catch (error) {
      if (abort.signal.aborted) return undefined;
      throw error;
    }
  });
}
