import * as vscode from 'vscode';
import { viewType } from './viewType.ts';

/** Restores panels when the window is reloaded. The view itself is loaded only if there is a panel to restore. */
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
