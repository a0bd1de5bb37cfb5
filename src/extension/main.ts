import type * as vscode from 'vscode';
import { registerCommands } from './commands/commands.ts';
import { Engine } from './engine.ts';
import { Results } from './results.ts';
import { StatusItem } from './statusItem.ts';
import { TestExplorer } from './tests/testExplorer.ts';
import { registerViewSerializer } from './view/serializer.ts';

/** Runs when VS Code has started, so nothing here may load an engine, a model, or a schema. */
export function activate(context: vscode.ExtensionContext): void {
  const engine = new Engine(context);
  const results = new Results();
  const explorer = new TestExplorer(engine, results);
  context.subscriptions.push(engine, explorer, new StatusItem(engine));
  registerCommands(context, { engine, results, explorer });
  registerViewSerializer(context);
  void explorer.refresh();
}
