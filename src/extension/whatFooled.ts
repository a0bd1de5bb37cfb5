import * as vscode from 'vscode';
import { isPlanned } from '../reports/report.ts';
import type { Result } from './results.ts';
import type { TestExplorer } from './tests/testExplorer.ts';

const { l10n } = vscode;

/** Where it is kept that a user does not want to be asked. */
const unwanted = 'perturb.whatFooledIsUnwanted';

/** Leads from a failed test to an image that fooled its model. */
export class WhatFooled {
  readonly #context: vscode.ExtensionContext;
  /** The run folders of which something was shown. */
  readonly #shown = new Set<string>();

  constructor(context: vscode.ExtensionContext) {
    this.#context = context;
  }

  /** Offers it at the end of every run in which a model was fooled more often than expected. */
  offer(explorer: TestExplorer): vscode.Disposable {
    return explorer.onDidEndRun(async (results) => {
      const { globalState } = this.#context;
      const first = results.find(isFooled);
      if (first === undefined || this.#shown.has(first.folder) || globalState.get(unwanted)) return;
      const show = l10n.t('Show What Fooled It');
      const never = l10n.t('Don’t Show Again');
      const count = results.filter(({ report }) => report.status === 'failed').length;
      const message = l10n.t('Failed tests: {0} of {1}.', count, results.length);
      const chosen = await vscode.window.showWarningMessage(message, show, never);
      if (chosen === show) await this.show(first);
      if (chosen === never) await globalState.update(unwanted, true);
    });
  }

  /** Opens the perturbation view of a result. */
  async show({ folder, report }: Result): Promise<void> {
    this.#shown.add(folder);
    const { PerturbationViews } = await import('./view/perturbationView.ts');
    PerturbationViews.of(this.#context).open({ folder, test: report.id });
  }
}

/** True of a failed test that has images to show that fooled its model. */
export function isFooled({ report }: Result): boolean {
  if (!isPlanned(report) || report.status !== 'failed') return false;
  return report.rounds.some(({ metrics }) => metrics.counts.fooled > 0);
}
