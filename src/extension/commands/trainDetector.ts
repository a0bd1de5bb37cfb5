import * as vscode from 'vscode';
import { detectors } from '../../defenses/detectors/catalog.ts';
import { findDetector } from '../../settings/findSource.ts';
import { UserError } from '../../userError.ts';
import { chooseModel } from '../questions/chooseModel.ts';
import { chooseDetector } from '../questions/trainingForm.ts';
import { runTraining } from '../training/runTraining.ts';
import { Training } from '../training/training.ts';
import type { Services } from './services.ts';
import { saveSettings, settingsFor, settingsIn, showSettings, withEntries } from './settingsFile.ts';

const { l10n } = vscode;

/** *Train Detector…*: asks what to train and on which images, saves it in the settings, and trains it. */
export async function trainDetector(
  context: vscode.ExtensionContext,
  { engine, explorer }: Services,
  uri: vscode.Uri | undefined,
): Promise<void> {
  if (!vscode.workspace.isTrusted) throw new UserError(l10n.t('Trust this workspace to run its models.'));
  const model = await chooseModel(uri);
  if (model === undefined) return;
  const settings = await settingsFor(model);
  const choice = await chooseDetector(model, settings.layer);
  if (choice === undefined) return;
  const { name, entries } = choice;
  const changed = withEntries(settings, entries);
  const plan = findDetector({ layers: [changed.layer], problems: [] }, name).source;
  if (entries.length > 0) await saveSettings(changed);

  const training = new Training({
    of: 'detector',
    name,
    title: detectors.get(plan.kind)?.title ?? plan.kind,
    model: plan.model.name,
    dataset: plan.dataset.name,
  });
  const outcome = await runTraining(context, training, async (options) => ({
    type: 'detector' as const,
    report: await engine.call('trainDetector', plan, options),
  }));
  // Tests may refer to it.
  await explorer.refresh();
  if (outcome === undefined) return;
  const message = l10n.t(
    '{0} has been trained. To use it in a test, set "detector": "{0}" and "attacker": "unaware" or "adaptive".',
    name,
  );
  const show = l10n.t('Show Settings');
  if ((await vscode.window.showInformationMessage(message, show)) !== show) return;
  await showSettings(await settingsIn(changed.layer.folder), ['perturb.detectors', name]);
}
