import * as vscode from 'vscode';
import type { CheckedConvention, PreprocessingCheck } from '../../evaluation/checkPreprocessing.ts';
import { choose } from '../questions/ask.ts';
import { alone } from '../questions/form.ts';
import { measured } from '../questions/preprocessing.ts';
import { chooseModelAndImages, type KnownModel } from './modelAndImages.ts';
import type { Services } from './services.ts';
import { saveSettings, settingsIn, showSettings, withEntries } from './settingsFile.ts';
import { withProgress } from './withProgress.ts';

const { l10n } = vscode;

/**
 * *Check Preprocessing…*: tries common preprocessing conventions on a model and a dataset, lists them, and saves
 * the one that the user chooses in the settings.
 */
export async function checkPreprocessing({ engine }: Services, uri: vscode.Uri | undefined): Promise<void> {
  const asked = await chooseModelAndImages(uri);
  if (asked === undefined) return;
  const { known, model, dataset } = asked;
  const check = await withProgress(l10n.t('Checking the preprocessing of {0}', known.name), (show, signal) =>
    engine.call(
      'checkPreprocessing',
      { model, dataset, seed: 0 },
      { onProgress: ({ done, total }) => show(done, total), signal },
    ),
  );
  const chosen = check && (await chooseConvention(check));
  if (chosen === undefined) return;
  await adopt(known, chosen);
}

async function chooseConvention(check: PreprocessingCheck): Promise<CheckedConvention | undefined> {
  const answer = await choose({
    place: { title: l10n.t('Preprocessing') },
    question: l10n.t('Choose one to save it in the settings, or press Escape to change nothing'),
    items: measured(check),
  });
  return alone(answer)?.convention;
}

/** Saves a convention in the settings, which may have changed in the meantime, and shows it there. */
async function adopt({ settings, name, entries }: KnownModel, { settings: value }: CheckedConvention): Promise<void> {
  const place = ['perturb.models', name, 'preprocessing'];
  const latest = await settingsIn(settings.layer.folder);
  const changed = withEntries(latest, [...entries, ...(value === undefined ? [] : [[place, value] as const])]);
  if (changed.text !== latest.text) await saveSettings(changed);
  await showSettings(changed, place);
}
