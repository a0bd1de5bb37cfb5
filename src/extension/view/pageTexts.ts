import * as vscode from 'vscode';
import { pageStrings } from '../../page/strings.ts';

/** Every text of the page in the user's language, keyed by the English text. */
export function pageTexts(): Record<string, string> {
  return Object.fromEntries(pageStrings.map((text) => [text, vscode.l10n.t(text)]));
}
