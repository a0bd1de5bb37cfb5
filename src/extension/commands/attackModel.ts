import * as vscode from 'vscode';
import { createRunFolder, writeReport } from '../../reports/runFolder.ts';
import { resolvePlans } from '../../settings/plans.ts';
import { UserError } from '../../userError.ts';
import type { Engine } from '../engine.ts';
import { PerturbationViews } from '../view/perturbationView.ts';
import { chooseAttack } from './chooseAttack.ts';
import { chooseModel } from './chooseModel.ts';
import type { Services } from './commands.ts';
import { settingsFor, withChoice } from './settingsFile.ts';

const { l10n } = vscode;

/** *Attack Model…*: asks for attack, epsilon and images, runs with progress, and opens the perturbation view. */
export async function attackModel(
  context: vscode.ExtensionContext,
  { engine }: Services,
  uri: vscode.Uri | undefined,
): Promise<void> {
  if (!vscode.workspace.isTrusted) throw new UserError(l10n.t('Trust this workspace to run models in it.'));
  const model = await chooseModel(uri);
  if (model === undefined) return;
  const settings = await settingsFor(model);
  const choice = await chooseAttack(model, settings.layer);
  if (choice === undefined) return;
  // Settings demand an expectation; whoever only looks has none.
  const { layer } = withChoice(settings, choice, { successRate: 1 });
  const { plans, problems } = resolvePlans({ layers: [layer], problems: [] });
  const found = plans.find(({ name }) => name === choice.testName);
  if (found === undefined) throw new UserError(problems.map(({ message }) => message).join('\n'));
  const plan = { ...found, expect: {} };

  const started = new Date();
  const folder = await createRunFolder(layer.folder, started);
  const report = await withProgress(plan.id, engine, (signal) => engine.runTest(plan, folder, signal));
  if (report === undefined) return;
  const tests = [report];
  await writeReport(folder, {
    format: 'perturb-report',
    version: 1,
    workspace: layer.folder,
    started: started.toISOString(),
    tests,
  });
  if (report.status === 'errored') throw new UserError(report.message);
  PerturbationViews.of(context).open({ folder, test: plan.id });
}

/** Shows how far the attack is and how long it will take; `undefined` where the user has cancelled it. */
async function withProgress<T>(
  test: string,
  engine: Engine,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const abort = new AbortController();
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: l10n.t('Attacking {0}', test),
    cancellable: true,
  };
  return vscode.window.withProgress(options, async (view, token) => {
    token.onCancellationRequested(() => abort.abort(new Error('cancelled')));
    const start = Date.now();
    let shown = 0;
    const subscription = engine.onDidProgress((progress) => {
      if (progress?.test !== test) return;
      const { done, total } = progress;
      const percent = total === 0 ? 0 : (100 * done) / total;
      const seconds = done === 0 ? undefined : ((Date.now() - start) / 1000 / done) * (total - done);
      const left = seconds === undefined ? '' : l10n.t(', {0} s left', Math.ceil(seconds));
      view.report({ increment: percent - shown, message: `${done}/${total}${left}` });
      shown = percent;
    });
    try {
      return await run(abort.signal);
    } catch (error) {
      if (abort.signal.aborted) return undefined;
      throw error;
    } finally {
      subscription.dispose();
    }
  });
}
