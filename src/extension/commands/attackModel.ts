import * as vscode from 'vscode';
import { type Estimate, formatDuration } from '../../evaluation/estimate.ts';
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

/** *Attack Model…*: asks for an attack, epsilon, and images, runs with progress, and opens the perturbation view. */
export async function attackModel(
  context: vscode.ExtensionContext,
  { engine }: Services,
  uri: vscode.Uri | undefined,
): Promise<void> {
  if (!vscode.workspace.isTrusted) throw new UserError(l10n.t('Trust this workspace to run its models.'));
  const model = await chooseModel(uri);
  if (model === undefined) return;
  const settings = await settingsFor(model);
  const choice = await chooseAttack(model, settings.layer);
  if (choice === undefined) return;
  // Settings require an expectation, except for explanations; an attack from the menu has none.
  const expect = choice.attack.kind === 'explanation' ? undefined : { successRate: 1 };
  const { layer } = withChoice(settings, choice, expect);
  const { plans, problems } = resolvePlans({ layers: [layer], problems: [] });
  const found = plans.find(({ name }) => name === choice.testName);
  if (found === undefined) throw new UserError(problems.map(({ message }) => message).join('\n'));
  const plan = { ...found, expect: {} };

  const started = new Date();
  const finished = await runWithProgress(plan, engine, () => createRunFolder(layer.folder, started));
  if (finished === undefined) return;
  const { folder, report } = finished;
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

/** Runs a test with a new run folder; `undefined` if the user canceled it or does not want to wait. */
function runWithProgress(
  plan: TestPlan,
  engine: Engine,
  makeFolder: () => Promise<string>,
): Promise<{ folder: string; report: TestReport } | undefined> {
  return withProgress(l10n.t('Attacking {0}', plan.id), async (show, signal) => {
    if (!(await agreesToWait(await engine.estimate(plan, signal)))) return undefined;
    signal.throwIfAborted();
    const folder = await makeFolder();
    const subscription = engine.onDidProgress((progress) => {
      if (progress?.test === plan.id) show(progress.done, progress.total);
    });
    const report = await engine.runTest(plan, folder, signal).finally(() => subscription.dispose());
    return { folder, report };
  });
}

/** Asks before a run that may take more than a minute. */
async function agreesToWait(estimate: Estimate | undefined): Promise<boolean> {
  if (estimate === undefined || estimate.seconds <= 60) return true;
  const { seconds, images } = estimate;
  const message = l10n.t('This may take about {0} (images: {1}).', formatDuration(seconds), images);
  const attack = l10n.t('Attack');
  return (await vscode.window.showWarningMessage(message, { modal: true }, attack)) === attack;
}
