import * as vscode from 'vscode';
import type { TestExplorer } from '../tests/testExplorer.ts';
import { isFooled, type WhatFooled } from '../whatFooled.ts';

const { l10n } = vscode;

/** Lists the tests of the demo, offers to run them, and shows an image that fooled its model as soon as there is one. */
export async function welcomeToDemo(explorer: TestExplorer, whatFooled: WhatFooled): Promise<void> {
  await explorer.reveal();
  const run = l10n.t('Run');
  const message = l10n.t(
    'The tests of this demo attack a model that recognizes traffic signs. Run them to see what fools it.',
  );
  if ((await vscode.window.showInformationMessage(message, run)) !== run) return;
  const finished = explorer.onDidFinish((result) => {
    if (!isFooled(result)) return;
    finished.dispose();
    void whatFooled.show(result);
  });
  await vscode.commands.executeCommand('testing.runAll');
  finished.dispose();
}
