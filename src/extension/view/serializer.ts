import * as vscode from 'vscode';

/** The type of the view's panels, under which VS Code restores them. */
export const viewType = 'perturb.perturbationView';

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
