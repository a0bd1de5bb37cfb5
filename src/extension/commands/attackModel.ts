import * as vscode from 'vscode';
import { kinds } from '../../attacks/kind.ts';
import { type Estimate, formatDuration } from '../../evaluation/estimate.ts';
import type { TestProgress } from '../../jobs/runTest.ts';
import { createRunFolder } from '../../reports/runFolder.ts';
import { estimatePlan } from '../../run/runPlan.ts';
import { unplannedReports } from '../../run/unplanned.ts';
import { resolvePlans } from '../../settings/plans.ts';
import { formatProblem } from '../../settings/problem.ts';
import { UserError } from '../../userError.ts';
import { PerturbationViews } from '../view/perturbationView.ts';
import { chooseAttack } from './chooseAttack.ts';
import { chooseModel } from './chooseModel.ts';
import type { Services } from './services.ts';
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
  const expect = kinds[choice.attack.kind].isMeasured ? { successRate: 1 } : undefined;
  const { layer } = withChoice(settings, choice, expect);
  const resolution = resolvePlans({ layers: [layer], problems: [] });
  const isChosen = ({ name }: { readonly name: string }) => name === choice.testName;
  const plans = resolution.plans.filter(isChosen).map((plan) => ({ ...plan, expect: {} }));
  const unplanned = unplannedReports(resolution.problems).filter(isChosen);
  const [test] = [...plans, ...unplanned];
  if (test === undefined) throw new UserError(resolution.problems.map(formatProblem).join('\n'));

  const finished = await withProgress(l10n.t('Attacking {0}', test.id), async (show, signal) => {
    for (const plan of plans) {
      if (!(await agreesToWait(await estimatePlan(engine, plan, signal)))) return undefined;
    }
    signal.throwIfAborted();
    const folder = await createRunFolder(layer.folder, new Date());
    const onProgress = ({ done, total }: TestProgress) => show(done, total);
    const run = { workspace: layer.folder, folder, plans, unplanned, signal, onProgress };
    return { folder, tests: (await engine.run(run)).tests };
  });
  if (finished === undefined) return;
  for (const { status, message } of finished.tests) if (status === 'errored') throw new UserError(message);
  PerturbationViews.of(context).open({ folder: finished.folder, test: test.id });
}

/** Asks before a run that may take more than a minute. */
async function agreesToWait(estimate: Estimate | undefined): Promise<boolean> {
  if (estimate === undefined || estimate.seconds <= 60) return true;
  const { seconds, images } = estimate;
  const message = l10n.t('This may take about {0} (images: {1}).', formatDuration(seconds), images);
  const attack = l10n.t('Attack');
  return (await vscode.window.showWarningMessage(message, { modal: true }, attack)) === attack;
}
