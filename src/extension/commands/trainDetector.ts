import * as vscode from 'vscode';
import { detectors } from '../../defenses/detectors/catalog.ts';
import { findDetector } from '../../settings/findSource.ts';
import { chooseDetector } from '../questions/trainingForm.ts';
import { runTraining } from '../training/runTraining.ts';
import { Training } from '../training/training.ts';
import { planTraining } from './planTraining.ts';
import type { Services } from './services.ts';
import { settingsIn, showSettings } from './settingsFile.ts';

const { l10n } = vscode;

/** *Train Detector…*: asks what to train and on which images, saves it in the settings, and trains it. */
export async function trainDetector(
  context: vscode.ExtensionContext,
  { engine, explorer }: Services,
  uri: vscode.Uri | undefined,
): Promise<void> {
  const planned = await planTraining(uri, chooseDetector, findDetector);
  if (planned === undefined) return;
  const { name, plan, folder } = planned;
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
  await showSettings(await settingsIn(folder), ['perturb.detectors', name]);
}
