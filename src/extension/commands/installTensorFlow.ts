import * as vscode from 'vscode';
import { installTensorFlow as install } from '../../models/tfjs/native/install.ts';
import type { Engine } from '../engine.ts';
import { withInstallProgress } from './withInstallProgress.ts';

const { l10n } = vscode;

/** *Install Native TensorFlow*: into the extension's storage, with progress; the engine then restarts. */
export async function installTensorFlow(engine: Engine): Promise<void> {
  const installed = await withInstallProgress(l10n.t('Installing native TensorFlow'), (means) =>
    install({ into: engine.tensorflowFolder, ...means }),
  );
  if (installed === undefined) return;
  engine.restart();
  await engine.describe();
  void vscode.window.showInformationMessage(
    l10n.t('TensorFlow {0} is installed in {1}.', installed.tensorflow, installed.folder),
  );
}
