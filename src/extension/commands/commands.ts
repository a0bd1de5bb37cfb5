import * as vscode from 'vscode';
import type { ViewLocation } from '../../../webview/protocol.ts';
import { describeError } from '../../userError.ts';
import type { Engine } from '../engine.ts';
import type { Results } from '../results.ts';
import { describeEngine } from '../statusItem.ts';
import type { TestExplorer } from '../tests/testExplorer.ts';

/** What commands work on. */
export interface Services {
  readonly engine: Engine;
  readonly results: Results;
  readonly explorer: TestExplorer;
}

/** Registers every command of the manifest. What only some commands need is loaded when they are called. */
export function registerCommands(context: vscode.ExtensionContext, services: Services): void {
  const commands: Readonly<Record<string, (...args: never[]) => Promise<unknown>>> = {
    'perturb.attackModel': async (model?: vscode.Uri) => {
      const { attackModel } = await import('./attackModel.ts');
      await attackModel(context, services, model);
    },
    'perturb.addRobustnessTest': async (model?: vscode.Uri) => {
      const { addRobustnessTest } = await import('./addRobustnessTest.ts');
      await addRobustnessTest(model);
      await services.explorer.refresh();
    },
    'perturb.openView': (target?: ViewLocation | vscode.TestItem) => openView(context, services, target),
    'perturb.openDemo': async () => {
      const { openDemo } = await import('./openDemo.ts');
      await openDemo(context);
    },
    'perturb.showEngine': () => showEngine(services.engine),
  };
  for (const [name, run] of Object.entries(commands)) {
    context.subscriptions.push(
      vscode.commands.registerCommand(name, async (...args) => {
        try {
          await run(...(args as never[]));
        } catch (error) {
          await vscode.window.showErrorMessage(describeError(error));
        }
      }),
    );
  }
}

async function openView(
  context: vscode.ExtensionContext,
  { results }: Services,
  target?: ViewLocation | vscode.TestItem,
): Promise<void> {
  const { PerturbationViews } = await import('../view/perturbationView.ts');
  const location = target && 'folder' in target ? target : locationOf(results, target?.id);
  if (location === undefined) {
    void vscode.window.showInformationMessage(vscode.l10n.t('This test has no results yet. Run it first.'));
    return;
  }
  PerturbationViews.of(context).open(location);
}

function locationOf(results: Results, test: string | undefined): ViewLocation | undefined {
  const result = test === undefined ? undefined : results.get(test);
  return result && { folder: result.folder, test: result.report.id };
}

async function showEngine(engine: Engine): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    void vscode.window.showInformationMessage(vscode.l10n.t('Trust this workspace to start the engine.'));
    return;
  }
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Starting the engine') },
    () => engine.describe(),
  );
  await vscode.window.showInformationMessage(describeEngine(engine)[0] ?? '', {
    modal: false,
    detail: describeEngine(engine).join('\n'),
  });
}
