import * as vscode from 'vscode';
import { registerCommands } from './commands/commands.ts';
import { opened } from './demo/opened.ts';
import { Engine } from './engine.ts';
import { Log } from './log.ts';
import { Results } from './results.ts';
import { registerLanguageFeatures } from './settings/languageFeatures.ts';
import { SettingsProblems } from './settings/settingsProblems.ts';
import { StatusItem } from './statusItem.ts';
import { TestExplorer } from './tests/testExplorer.ts';
import { registerViewSerializer } from './view/serializer.ts';
import { WhatFooled } from './whatFooled.ts';

/** Runs when VS Code has started, so nothing here may load an engine, a model, or a schema. */
export function activate(context: vscode.ExtensionContext): void {
  const log = new Log();
  const engine = new Engine(context, log);
  const results = new Results();
  const problems = new SettingsProblems();
  const explorer = new TestExplorer(engine, results, problems);
  const whatFooled = new WhatFooled(context);
  context.subscriptions.push(log, engine, problems, explorer, new StatusItem(engine), whatFooled.offer(explorer));
  registerLanguageFeatures(context, problems);
  registerCommands(context, { engine, log, results, explorer });
  registerViewSerializer(context);
  const listed = explorer.refresh();
  if (isDemo(context)) void listed.then(() => welcome(context, explorer, whatFooled));
}

/** Whether this is the window that was opened for the demo. */
function isDemo({ globalState }: vscode.ExtensionContext): boolean {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  return folder !== undefined && globalState.get(opened) === folder;
}

async function welcome({ globalState }: vscode.ExtensionContext, explorer: TestExplorer, whatFooled: WhatFooled) {
  await globalState.update(opened, undefined);
  const { welcomeToDemo } = await import('./demo/welcome.ts');
  await welcomeToDemo(explorer, whatFooled);
}
