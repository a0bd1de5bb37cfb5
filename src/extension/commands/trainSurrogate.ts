import * as vscode from 'vscode';
import { surrogates } from '../../defenses/surrogates/catalog.ts';
import type { SurrogateReport } from '../../defenses/surrogates/report.ts';
import { formatPercent } from '../../reports/format.ts';
import { findSurrogate } from '../../settings/findSource.ts';
import { chooseTrainedSurrogate } from '../questions/trainingForm.ts';
import { openFile } from '../training/openFile.ts';
import { runTraining } from '../training/runTraining.ts';
import { Training } from '../training/training.ts';
import { TrainingPanels } from '../training/trainingPanels.ts';
import { planTraining } from './planTraining.ts';
import type { Services } from './services.ts';

const { l10n } = vscode;

/** *Train Surrogate…*: asks how to train a surrogate for a model, saves that in the settings, and trains it. */
export async function trainSurrogate(
  context: vscode.ExtensionContext,
  { engine }: Services,
  uri: vscode.Uri | undefined,
): Promise<void> {
  const planned = await planTraining(uri, chooseTrainedSurrogate, findSurrogate);
  if (planned === undefined) return;
  const { name, plan } = planned;
  const training = new Training({
    of: 'surrogate',
    name,
    title: surrogates.get(plan.kind)?.title ?? plan.kind,
    model: plan.model.name,
    dataset: plan.dataset.name,
  });
  const outcome = await runTraining(context, training, async (options) => ({
    type: 'surrogate' as const,
    report: await engine.call('trainSurrogate', plan, options),
  }));
  if (outcome === undefined) return;
  const { report } = outcome;
  const card = l10n.t('Show Model Card');
  const open = l10n.t('Open Training');
  const chosen = await vscode.window.showInformationMessage(describe(report), card, open);
  if (chosen === card) await openFile(report.card);
  if (chosen === open) TrainingPanels.of(context).openLast();
}

function describe({ name, agreement, validation }: SurrogateReport): string {
  return l10n.t(
    '{0} has been trained. It classifies {1} of {2} validation images as expected. Name it as the "surrogate" of a test.',
    name,
    formatPercent(agreement),
    String(validation),
  );
}
