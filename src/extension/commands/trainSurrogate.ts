import * as vscode from 'vscode';
import { surrogates } from '../../defenses/surrogates/catalog.ts';
import type { SurrogateReport } from '../../defenses/surrogates/report.ts';
import { formatPercent } from '../../reports/format.ts';
import { findSurrogate } from '../../settings/findSource.ts';
import { chooseTrainedSurrogate } from '../questions/trainingForm.ts';
import { runTraining } from '../training/runTraining.ts';
import { tellTrained } from '../training/tellTrained.ts';
import { Training } from '../training/training.ts';
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
  await tellTrained(context, describe(outcome.report), outcome.report.card);
}

function describe({ name, agreement, validation }: SurrogateReport): string {
  return l10n.t(
    '{0} has been trained. It classifies {1} of {2} validation images as expected. Name it as the "surrogate" of a test.',
    name,
    formatPercent(agreement),
    String(validation),
  );
}
