import * as vscode from 'vscode';

/** The model that a command was called on, or one that the user picks among those of the workspace. */
export async function chooseModel(model: vscode.Uri | undefined): Promise<vscode.Uri | undefined> {
  if (model) return model;
  const found = await vscode.workspace.findFiles('**/{*model*.json,*.onnx}', '**/node_modules/**', 200);
  if (found.length === 0) {
    throw new Error(
      vscode.l10n.t(
        'There is no model in this workspace. Perturb opens ONNX models (.onnx) and TensorFlow.js layers models (model.json).',
      ),
    );
  }
  const items = found.map((uri) => ({ label: vscode.workspace.asRelativePath(uri), uri }));
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Model'), ignoreFocusOut: true }))?.uri;
}
