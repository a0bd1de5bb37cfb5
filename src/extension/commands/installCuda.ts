import * as vscode from 'vscode';
import { installCuda as install } from '../../models/onnx/cuda/install.ts';
import type { Engine } from '../engine.ts';
import { withInstallProgress } from './withInstallProgress.ts';

const { l10n } = vscode;

/** *Install CUDA Engine*: beside ONNX Runtime, with progress; on request, it then computes. */
export async function installCuda(engine: Engine): Promise<void> {
  const installed = await withInstallProgress(l10n.t('Installing the CUDA engine'), (means) =>
    install({ attempt: () => engine.describeProvider('cuda'), ...means }),
  );
  if (installed === undefined) return;
  const use = l10n.t('Use CUDA');
  const message = l10n.t('{0} is installed, and computes what the processor does.', installed.name);
  if ((await vscode.window.showInformationMessage(message, use)) !== use) return;
  // The engine restarts by itself.
  const settings = vscode.workspace.getConfiguration('perturb.engine');
  await settings.update('provider', 'cuda', vscode.ConfigurationTarget.Global);
}
