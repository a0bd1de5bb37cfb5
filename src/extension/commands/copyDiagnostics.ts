import * as vscode from 'vscode';
import { describeEngine } from '../statusItem.ts';
import type { Services } from './services.ts';

const { l10n } = vscode;

/** *Copy Diagnostics*: puts versions, engine, its settings, and the last lines of the log on the clipboard, for a report. */
export async function copyDiagnostics({ extension }: vscode.ExtensionContext, services: Services): Promise<void> {
  const { engine, log } = services;
  const { description } = engine;
  const settings = vscode.workspace.getConfiguration('perturb').get<object>('engine', {});
  const facts = [
    `Perturb ${extension.packageJSON.version}`,
    `${vscode.env.appName} ${vscode.version}${vscode.env.remoteName ? ` (${vscode.env.remoteName})` : ''}`,
    `Extension host: Node.js ${process.versions.node}, ${process.platform} ${process.arch}`,
    ...(description ? [`Engine: Node.js ${description.node}, ${description.platform}`] : []),
    ...describeEngine(engine),
    `perturb.engine: ${JSON.stringify(settings)}`,
  ];
  await vscode.env.clipboard.writeText([...facts, '', ...log.lines, ''].join('\n'));
  vscode.window.setStatusBarMessage(l10n.t('Copied. Paste it into the report.'), 5000);
}
