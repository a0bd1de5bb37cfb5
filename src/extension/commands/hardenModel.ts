import * as vscode from 'vscode';
import type { DefensePlan } from '../../defenses/plan.ts';
import { defenses } from '../../defenses/training/catalog.ts';
import type { DefenseReport } from '../../defenses/training/report.ts';
import { layersModels } from '../../models/tfjs/format.ts';
import { formatPercent } from '../../reports/format.ts';
import { findDefense } from '../../settings/findSource.ts';
import { freeName, shorten } from '../questions/names.ts';
import { chooseDefense } from '../questions/trainingForm.ts';
import { runTraining } from '../training/runTraining.ts';
import { tellTrained } from '../training/tellTrained.ts';
import { Training } from '../training/training.ts';
import { planTraining } from './planTraining.ts';
import type { Services } from './services.ts';
import { saveSettings, settingsIn, showSettings, withEntries } from './settingsFile.ts';

const { l10n } = vscode;

/** *Harden Model…*: asks how to harden a model, saves that in the settings, trains it, and offers to add the result. */
export async function hardenModel(
  context: vscode.ExtensionContext,
  { engine, explorer }: Services,
  uri: vscode.Uri | undefined,
): Promise<void> {
  // Only TensorFlow.js layers models are trained.
  const planned = await planTraining(uri, chooseDefense, findDefense, [layersModels]);
  if (planned === undefined) return;
  const { name, plan, folder } = planned;
  const training = new Training({
    of: 'defense',
    name,
    title: defenses.get(plan.kind)?.title ?? plan.kind,
    model: plan.model.name,
    dataset: plan.dataset.name,
  });
  const outcome = await runTraining(context, training, async (options) => ({
    type: 'defense' as const,
    report: await engine.call('trainDefense', plan, options),
  }));
  if (outcome === undefined) return;
  const { report } = outcome;
  const add = l10n.t('Add to Models');
  if ((await tellTrained(context, describe(report), report.card, add)) !== add) return;
  await addModel(plan, report, folder);
  await explorer.refresh();
}

function describe({ name, before, after }: DefenseReport): string {
  return l10n.t(
    '{0} has been trained. Clean accuracy: {1} before, {2} after. Robust accuracy: {3} before, {4} after.',
    name,
    formatPercent(before.cleanAccuracy),
    formatPercent(after.cleanAccuracy),
    formatPercent(before.robustAccuracy),
    formatPercent(after.robustAccuracy),
  );
}

/** Adds a hardened model to the settings, with the labels and preprocessing of the original. */
async function addModel({ model, name }: DefensePlan, report: DefenseReport, folder: string): Promise<void> {
  const latest = await settingsIn(folder);
  const models = latest.layer.values['perturb.models'];
  const place = ['perturb.models', freeName(name, Object.keys(models))];
  const value = { ...(models[model.name] as object | undefined), path: shorten(report.model, folder) };
  const changed = withEntries(latest, [[place, value]]);
  await saveSettings(changed);
  await showSettings(changed, place);
}
