import * as vscode from 'vscode';

/**
 * The model that a command was called on, or one that the user picks among those of the workspace.
 * @param files those that come into question, as a pattern.
 */
export async function chooseModel(
  model: vscode.Uri | undefined,
  files = '**/{*model*.json,*.onnx}',
): Promise<vscode.Uri | undefined> {
  if (model) return model;
  const found = await vscode.workspace.findFiles(files, '**/node_modules/**', 200);
  if (found.length === 0) {
    throw new Error(
      vscode.l10n.t(
        'No model found in this workspace. Add an ONNX model (.onnx) or a TensorFlow.js layers model (model.json).',
      ),
    );
  }
  const items = found.map((uri) => ({ label: vscode.workspace.asRelativePath(uri), uri }));
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Model'), ignoreFocusOut: true }))?.uri;
}
