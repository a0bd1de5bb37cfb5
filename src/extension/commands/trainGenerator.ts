import * as vscode from 'vscode';
import { generators } from '../../defenses/generators/catalog.ts';
import type { GeneratorReport } from '../../defenses/generators/report.ts';
import { formatPercent } from '../../reports/format.ts';
import { findGenerator } from '../../settings/findSource.ts';
import { chooseGenerator } from '../questions/trainingForm.ts';
import { runTraining } from '../training/runTraining.ts';
import { tellTrained } from '../training/tellTrained.ts';
import { Training } from '../training/training.ts';
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
  await tellTrained(context, describe(outcome.report), outcome.report.card);
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
