import * as vscode from 'vscode';
import { installTensorFlow as install } from '../../models/tfjs/native/install.ts';
import { UserError } from '../../userError.ts';
import type { Engine } from '../engine.ts';

const { l10n } = vscode;

/** *Install Native TensorFlow*: into the extension's storage, with progress; the engine then restarts. */
export async function installTensorFlow(engine: Engine): Promise<void> {
  if (!vscode.workspace.isTrusted) throw new UserError(l10n.t('Trust this workspace to start the engine.'));
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: l10n.t('Installing native TensorFlow'),
    cancellable: true,
  };
  const installed = await vscode.window.withProgress(options, async (view, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort(new Error('cancelled')));
    let shown = 0;
    try {
      return await install({
        into: engine.tensorflowFolder,
        signal: abort.signal,
        onProgress: ({ message, fraction }) => {
          view.report({ message, increment: 100 * (fraction - shown) });
          shown = fraction;
        },
      });
    } catch (error) {
      if (abort.signal.aborted) return undefined;
      throw error;
    }
  });
  if (installed === undefined) return;
  engine.restart();
  await engine.describe();
  void vscode.window.showInformationMessage(
    l10n.t('TensorFlow {0} is installed in {1}.', installed.tensorflow, installed.folder),
  );
}
