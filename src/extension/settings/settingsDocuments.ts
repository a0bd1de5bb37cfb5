import path from 'node:path';
import type { JSONPath } from 'jsonc-parser';
import * as vscode from 'vscode';
import type { ReadText } from '../../settings/readSettings.ts';

/** The files that define tests. */
export const settingsDocuments: vscode.DocumentSelector = [
  { scheme: 'file', pattern: '**/.vscode/settings.json' },
  { scheme: 'file', pattern: '**/*.code-workspace' },
];

/** Whether a document is one of them. */
export function isSettings(document: vscode.TextDocument): boolean {
  return vscode.languages.match(settingsDocuments, document) > 0;
}

/** Where the settings stand in a file. */
export function prefixOf(file: string): JSONPath {
  return path.extname(file) === '.code-workspace' ? ['settings'] : [];
}

/** The document of a file that is open in an editor. */
export function openDocument(file: string): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'file' && uri.fsPath === file);
}

/** Reads files as editors have them, changes that are not saved included. */
export async function textReader(): Promise<ReadText> {
  const { readFromDisk } = await import('../../settings/readSettings.ts');
  return async (file) => openDocument(file)?.getText() ?? readFromDisk(file);
}

/** Something to underline, in the terms of VS Code. */
export function toRange({ start, end }: Record<'start' | 'end', { line: number; column: number }>): vscode.Range {
  return new vscode.Range(start.line - 1, start.column - 1, end.line - 1, end.column - 1);
}
