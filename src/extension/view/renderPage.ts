import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { renderHtml } from './html.ts';

/** What a page is shown with. */
export interface PageOptions {
  /** Folder of the extension. */
  readonly extension: vscode.Uri;
  readonly title: string;
  /** Shown until the page is told what it is about. */
  readonly loading: string;
}

/** The HTML of a page that was built, for a webview. */
export function renderPage(
  page: 'webview' | 'training',
  { cspSource }: vscode.Webview,
  { extension, title, loading }: PageOptions,
): string {
  const read = (type: string) => readFileSync(vscode.Uri.joinPath(extension, 'dist', `${page}.${type}`).fsPath, 'utf8');
  const nonce = randomBytes(16).toString('base64url');
  const { language } = vscode.env;
  return renderHtml({ script: read('js'), style: read('css'), cspSource, nonce, language, title, loading });
}
