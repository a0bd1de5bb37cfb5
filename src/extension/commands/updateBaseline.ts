import * as vscode from 'vscode';
import { isPlanned } from '../../reports/report.ts';
import { updateBaseline as update } from '../../run/updateBaseline.ts';
import { UserError } from '../../userError.ts';
import type { Services } from './services.ts';

const { l10n } = vscode;

/**
 * *Update Baseline*: makes the last results what later runs are compared with: those of one test, or of all.
 * @throws UserError when there are none.
 */
export async function updateBaseline({ results, explorer }: Services, item?: vscode.TestItem): Promise<void> {
  let count = 0;
  const left: string[] = [];
  for (const { plans, problems } of explorer.roots) {
    const defined = [...plans.map(({ id }) => id), ...problems.flatMap(({ test }) => test ?? [])];
    const wanted = plans.filter(({ id }) => item === undefined || id === item.id);
    for (const robustness of new Set(wanted.flatMap((plan) => plan.robustness ?? []))) {
      const tests = wanted.flatMap((plan) => {
        const { report, folder } = (plan.robustness === robustness && results.get(plan.id)) || {};
        return report && folder !== undefined && isPlanned(report) ? [{ report, folder }] : [];
      });
      if (tests.length === 0) continue;
      const done = await update(robustness, tests, defined);
      count += done.updated.length;
      left.push(...done.left);
    }
  }
  if (count + left.length === 0) throw new UserError(l10n.t('There are no results yet. Run the test first.'));
  await explorer.refresh();
  const stays = left.length > 0 ? [l10n.t('Left as they were, for lack of results: {0}', left.join(', '))] : [];
  const said = [l10n.t('The baseline has the last results of so many tests now: {0}', count), ...stays];
  void vscode.window.showInformationMessage(said.join('. '));
}
