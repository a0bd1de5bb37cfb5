import * as vscode from 'vscode';
import { viewType } from './viewType.ts';

/** Has panels restored when the window is loaded anew. The view itself is loaded only when there is one to restore. */
export function registerViewSerializer(context: vscode.ExtensionContext): void {
  context.subscriptions.push(
    vscode.window.registerWebviewPanelSerializer(viewType, {
      async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown) {
        const { PerturbationViews } = await import('./perturbationView.ts');
        await PerturbationViews.of(context).deserializeWebviewPanel(panel, state);
      },
    }),
  );
}
