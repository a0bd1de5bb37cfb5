import * as vscode from 'vscode';
import { parseJson } from '../../settings/jsonc.ts';
import type { Problem } from '../../settings/problem.ts';
import { toRange } from './settingsDocuments.ts';

/** Changes of settings that mend a mistake at the cursor: "Change to 'shapes'". */
export function quickFixes(
  document: vscode.TextDocument,
  range: vscode.Range,
  diagnostics: readonly vscode.Diagnostic[],
  problems: readonly Problem[],
): vscode.CodeAction[] {
  const text = document.getText();
  const parsed = parseJson(text);
  return problems.flatMap(({ path, meant = [] }) => {
    const place = toRange(parsed.underline(path));
    if (!place.intersection(range)) return [];
    return meant.map((value) => {
      const title = vscode.l10n.t("Change to '{0}'", value);
      const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
      action.diagnostics = diagnostics.filter((diagnostic) => diagnostic.range.intersection(place));
      action.isPreferred = meant.length === 1;
      action.edit = new vscode.WorkspaceEdit();
      action.edit.replace(document.uri, place, JSON.stringify(value));
      return action;
    });
  });
}
