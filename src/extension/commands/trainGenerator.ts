import * as vscode from 'vscode';
import { generators } from '../../defenses/generators/catalog.ts';
import type { GeneratorReport } from '../../defenses/generators/report.ts';
import { formatPercent } from '../../reports/format.ts';
import { findGenerator } from '../../settings/findSource.ts';
import { chooseGenerator } from '../questions/trainingForm.ts';
import { openFile } from '../training/openFile.ts';
import { runTraining } from '../training/runTraining.ts';
import { Training } from '../training/training.ts';
import { TrainingPanels } from '../training/trainingPanels.ts';
import { planTraining } from './planTraining.ts';
import type { Services } from './services.ts';

const { l10n } = vscode;

/** *Train Generator…*: asks which generator to train for a model, saves that in the settings, and trains it. */
export async function trainGenerator(
  context: vscode.ExtensionContext,
  { engine }: Services,
  uri: vscode.Uri | undefined,
): Promise<void> {
  const planned = await planTraining(uri, chooseGenerator, findGenerator);
  if (planned === undefined) return;
  const { name, plan } = planned;
  const training = new Training({
    of: 'generator',
    name,
    title: generators.get(plan.kind)?.title ?? plan.kind,
    model: plan.model.name,
    dataset: plan.dataset.name,
  });
  const outcome = await runTraining(context, training, async (options) => ({
    type: 'generator' as const,
    report: await engine.call('trainGenerator', plan, options),
  }));
  if (outcome === undefined) return;
  const { report } = outcome;
  const card = l10n.t('Show Model Card');
  const open = l10n.t('Open Training');
  const chosen = await vscode.window.showInformationMessage(describe(report), card, open);
  if (chosen === card) await openFile(report.card);
  if (chosen === open) TrainingPanels.of(context).openLast();
}

function describe({ name, validation, cleanAccuracy, robustAccuracy, recognized }: GeneratorReport): string {
  if (recognized !== undefined) {
    return l10n.t('{0} has been trained. The model recognizes {1} of its samples.', name, formatPercent(recognized));
  }
  return l10n.t(
    '{0} has been trained. Of {1} validation images the model gets {2} right, and {3} as the generator makes them.',
    name,
    String(validation),
    formatPercent(cleanAccuracy ?? 0),
    formatPercent(robustAccuracy ?? 0),
  );
}
