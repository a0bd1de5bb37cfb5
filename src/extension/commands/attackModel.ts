import * as vscode from 'vscode';
import type { TestPlan } from '../../evaluation/plan.ts';
import type { TestReport } from '../../reports/report.ts';
import { createRunFolder, writeReport } from '../../reports/runFolder.ts';
import { resolvePlans } from '../../settings/plans.ts';
import { UserError } from '../../userError.ts';
import type { Engine } from '../engine.ts';
import { PerturbationViews } from '../view/perturbationView.ts';
import { chooseAttack } from './chooseAttack.ts';
import { chooseModel } from './chooseModel.ts';
import type { Services } from './commands.ts';
import { settingsFor, withChoice } from './settingsFile.ts';
import { withProgress } from './withProgress.ts';

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
  const report = await runWithProgress(plan, folder, engine);
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

function runWithProgress(plan: TestPlan, folder: string, engine: Engine): Promise<TestReport | undefined> {
  return withProgress(l10n.t('Attacking {0}', plan.id), async (show, signal) => {
    const subscription = engine.onDidProgress((progress) => {
      if (progress?.test === plan.id) show(progress.done, progress.total);
    });
    return engine.runTest(plan, folder, signal).finally(() => subscription.dispose());
  });
}
