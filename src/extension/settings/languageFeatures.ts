import * as vscode from 'vscode';
import { settingsDocuments } from './settingsDocuments.ts';
import type { SettingsProblems } from './settingsProblems.ts';

/** Registers completion and quick fixes in settings files. What they need is loaded when somebody asks for it. */
export function registerLanguageFeatures(context: vscode.ExtensionContext, problems: SettingsProblems): void {
  const completion: vscode.CompletionItemProvider = {
    async provideCompletionItems(document, position) {
      const { completions } = await import('./completions.ts');
      return completions(document, position);
    },
  };
  const fixes: vscode.CodeActionProvider = {
    async provideCodeActions(document, range, { diagnostics }) {
      const { quickFixes } = await import('./quickFixes.ts');
      return quickFixes(document, range, diagnostics, problems.of(document.uri.fsPath));
    },
  };
  context.subscriptions.push(
    vscode.languages.registerCompletionItemProvider(settingsDocuments, completion, '"', '/'),
    vscode.languages.registerCodeActionsProvider(settingsDocuments, fixes, {
      providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
    }),
  );
}
