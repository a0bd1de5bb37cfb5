import * as vscode from 'vscode';

/** The icon on the tabs of the extension's panels, in light and in dark themes. */
export function panelIcon(extension: vscode.Uri): { readonly light: vscode.Uri; readonly dark: vscode.Uri } {
  const icon = (name: string) => vscode.Uri.joinPath(extension, 'media', `icon-${name}.svg`);
  return { light: icon('light'), dark: icon('dark') };
}
