import path from 'node:path';
import * as vscode from 'vscode';
import { type Completion, completionsAt } from '../../settings/completion/completionsAt.ts';
import { readWorkspace } from '../../settings/readSettings.ts';
import type { LayerOrigin } from '../../settings/settingsLayer.ts';
import { places } from './places.ts';
import { prefixOf, textReader } from './settingsDocuments.ts';

const kinds: Readonly<Record<Completion['kind'], vscode.CompletionItemKind>> = {
  name: vscode.CompletionItemKind.Reference,
  class: vscode.CompletionItemKind.EnumMember,
  file: vscode.CompletionItemKind.File,
  folder: vscode.CompletionItemKind.Folder,
  snippet: vscode.CompletionItemKind.Snippet,
};

/** What can be filled in at a place in a settings file, beside what its schema offers. */
export async function completions(
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<vscode.CompletionItem[]> {
  const { fsPath } = document.uri;
  const origin = await originOf(fsPath);
  const { start, end, items } = await completionsAt(
    document.getText(),
    document.offsetAt(position),
    origin,
    prefixOf(fsPath),
  );
  const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
  const isString = start < end;
  return items.map(({ label, kind, detail, text }, index) => {
    const item = new vscode.CompletionItem(label, kinds[kind]);
    if (detail !== undefined) item.detail = detail;
    item.insertText = kind === 'snippet' ? new vscode.SnippetString(text) : text;
    item.range = range;
    // What is compared with is the text of the range, quotation marks included.
    item.filterText = isString ? JSON.stringify(label) : label;
    item.sortText = String(index).padStart(5, '0');
    return item;
  });
}

/** Where the settings of a file belong. */
async function originOf(file: string): Promise<LayerOrigin> {
  const readText = await textReader();
  for (const place of await places()) {
    const workspace = await readWorkspace(place, readText).catch(() => undefined);
    const layer = workspace?.layers.find((each) => each.file === file);
    if (layer) return layer;
  }
  const folder = prefixOf(file).length > 0 ? path.dirname(file) : path.dirname(path.dirname(file));
  return { file, name: path.basename(folder), folder, workspaceFolder: folder, folders: new Map() };
}
