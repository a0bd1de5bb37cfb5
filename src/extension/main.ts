import * as vscode from 'vscode';
import type { DemoName } from '../demos.ts';
import { registerCommands } from './commands/commands.ts';
import { type OpenedDemo, opened } from './demo/opened.ts';
import { Engine } from './engine.ts';
import { Log } from './log.ts';
import { Results } from './results.ts';
import { followSavedModels } from './savedModels.ts';
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
  context.subscriptions.push(followSavedModels());
  registerLanguageFeatures(context, problems);
  registerCommands(context, { engine, log, results, explorer });
  registerViewSerializer(context);
  const listed = explorer.refresh();
  const demo = demoOf(context);
  if (demo) void listed.then(() => welcome(context, demo, explorer, whatFooled));
}

/** The demo that this window was opened for, if any. */
function demoOf({ globalState }: vscode.ExtensionContext): DemoName | undefined {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const known = globalState.get<OpenedDemo>(opened);
  return folder !== undefined && known?.folder === folder ? known.demo : undefined;
}

async function welcome(
  { globalState }: vscode.ExtensionContext,
  demo: DemoName,
  explorer: TestExplorer,
  whatFooled: WhatFooled,
) {
  await globalState.update(opened, undefined);
  const { welcomeToDemo } = await import('./demo/welcome.ts');
  await welcomeToDemo(demo, explorer, whatFooled);
}
