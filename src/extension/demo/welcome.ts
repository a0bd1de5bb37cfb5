import * as vscode from 'vscode';
import { type DemoName, demos } from '../../demos.ts';
import type { TestExplorer } from '../tests/testExplorer.ts';
import { isFooled, type WhatFooled } from '../whatFooled.ts';

const { l10n } = vscode;

/** Lists the tests of a demo, offers to run them, and shows an image that fooled its model as soon as there is one. */
export async function welcomeToDemo(demo: DemoName, explorer: TestExplorer, whatFooled: WhatFooled): Promise<void> {
  await explorer.reveal();
  const run = l10n.t('Run');
  if ((await vscode.window.showInformationMessage(l10n.t(demos[demo].welcome), run)) !== run) return;
  const finished = explorer.onDidFinish((result) => {
    if (!isFooled(result)) return;
    finished.dispose();
    void whatFooled.show(result);
  });
  await vscode.commands.executeCommand('testing.runAll');
  finished.dispose();
}
