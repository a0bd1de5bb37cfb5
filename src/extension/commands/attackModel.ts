import path from 'node:path';
import * as vscode from 'vscode';
import { kinds } from '../../attacks/kind.ts';
import { type Estimate, formatDuration } from '../../evaluation/estimate.ts';
import type { TestProgress } from '../../jobs/runTest.ts';
import { findModelFile } from '../../models/findModelFile.ts';
import type { RunReport } from '../../reports/report.ts';
import { createRunFolder } from '../../reports/runFolder.ts';
import { estimatePlan } from '../../run/runPlan.ts';
import { resolvePlans } from '../../settings/plans.ts';
import { formatProblem } from '../../settings/problem.ts';
import type { SettingsLayer } from '../../settings/settingsLayer.ts';
import { UserError } from '../../userError.ts';
import { AttackHistory } from '../attackHistory.ts';
import type { Engine } from '../engine.ts';
import { type Choice, fillAttackForm } from '../questions/attackForm.ts';
import { chooseModel } from '../questions/chooseModel.ts';
import { showError } from '../showError.ts';
import { PerturbationViews } from '../view/perturbationView.ts';
import { saveTest } from './saveTest.ts';
import type { Services } from './services.ts';
import { settingsFor } from './settingsFile.ts';
import { withProgress } from './withProgress.ts';

const { l10n } = vscode;

/** *Attack Model…*: asks what to attack it with, runs that with progress, and opens the perturbation view. */
export async function attackModel(
  context: vscode.ExtensionContext,
  services: Services,
  uri: vscode.Uri | undefined,
): Promise<void> {
  if (!vscode.workspace.isTrusted) throw new UserError(l10n.t('Trust this workspace to run its models.'));
  const model = await chooseModel(uri);
  if (model === undefined) return;
  // A model that cannot be opened is not worth any questions.
  await findModelFile(model.fsPath);
  const { engine, explorer, log } = services;
  const { layer } = await settingsFor(model);
  const title = l10n.t('Attack {0}', path.basename(model.fsPath));
  const choice = await fillAttackForm({ title, model, layer, engine, memory: context.workspaceState });
  if (choice === undefined) return;
  const finished = await attack(engine, layer, choice);
  const report = finished?.report.tests[0];
  if (finished === undefined || report === undefined) return;
  if (report.status === 'errored') {
    log.error(report.message);
    const again = l10n.t('Try Again');
    if ((await vscode.window.showErrorMessage(report.message, again)) !== again) return;
    // The answers are remembered.
    await attackModel(context, services, model);
    return;
  }
  const { folder } = finished;
  const { started } = finished.report;
  const { attack: _, ...saved } = choice;
  const location = { folder, test: report.id };
  const { message } = report;
  await new AttackHistory(context).add({ ...location, home: layer.folder, choice: saved, message, started });
  PerturbationViews.of(context).open(location);
  const save = l10n.t('Save as Test…');
  void vscode.window.showInformationMessage(message, save).then(async (chosen) => {
    if (chosen !== save) return;
    await saveTest(layer.folder, choice).catch((error) => showError(error, log));
    await explorer.refresh();
  });
}

/** Runs an attack into a run folder; `undefined` if the user has canceled it. */
async function attack(
  engine: Engine,
  layer: SettingsLayer,
  choice: Choice,
): Promise<{ readonly folder: string; readonly report: RunReport } | undefined> {
  const { plans, problems } = resolvePlans({ layers: [withAttack(layer, choice)], problems: [] });
  const [chosen] = plans;
  if (chosen === undefined) throw new UserError(problems.map(formatProblem).join('\n'));
  const plan = { ...chosen, expect: {} };
  return withProgress(l10n.t('Attacking {0}', plan.id), async (show, signal) => {
    if (!(await agreesToWait(await estimatePlan(engine, plan, signal)))) return undefined;
    signal.throwIfAborted();
    const folder = await createRunFolder(layer.folder, new Date());
    const onProgress = ({ done, total }: TestProgress) => show(done, total);
    const run = { workspace: layer.folder, folder, plans: [plan], signal, onProgress };
    return { folder, report: await engine.run(run) };
  });
}

/**
 * The settings as if they had the attack as their only test, so that mistakes in others do not matter. They require an
 * expectation, except for explanations.
 */
function withAttack(
  layer: SettingsLayer,
  { attack: { kind }, models, datasets, testName, test }: Choice,
): SettingsLayer {
  const { values } = layer;
  const expect = kinds[kind].isMeasured ? { expect: { successRate: 1 } } : {};
  return {
    ...layer,
    problems: [],
    duplicates: [],
    values: {
      ...values,
      'perturb.models': { ...values['perturb.models'], ...models },
      'perturb.datasets': { ...values['perturb.datasets'], ...datasets },
      'perturb.tests': { [testName]: { ...test, ...expect } },
    },
  };
}

/** Asks before a run that may take more than a minute. */
async function agreesToWait(estimate: Estimate | undefined): Promise<boolean> {
  if (estimate === undefined || estimate.seconds <= 60) return true;
  const { seconds, images } = estimate;
  const message = l10n.t('This may take about {0} (images: {1}).', formatDuration(seconds), images);
  const attack = l10n.t('Attack');
  return (await vscode.window.showWarningMessage(message, { modal: true }, attack)) === attack;
}
