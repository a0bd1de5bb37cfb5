import * as vscode from 'vscode';
import type { CheckedConvention, PreprocessingCheck } from '../../evaluation/checkPreprocessing.ts';
import type { PreprocessingSettings } from '../../models/preprocessing.ts';
import { formatPercent } from '../../reports/format.ts';
import { choose, type News } from './ask.ts';
import { type Answer, back, type Place } from './form.ts';

const { l10n } = vscode;

interface Item extends vscode.QuickPickItem {
  /** What the settings must say; missing where they say it already, or nothing. */
  readonly value?: PreprocessingSettings | undefined;
}

/** The chosen preprocessing; without one, settings and the model's file stay as they are. */
export interface Preprocessed {
  readonly preprocessing?: PreprocessingSettings;
}

/**
 * Asks which preprocessing a model was trained with.
 * @param check how well each does, when that is measured; `undefined` where it cannot be.
 */
export async function choosePreprocessing(
  model: vscode.Uri,
  place: Place,
  check?: Promise<PreprocessingCheck | undefined>,
): Promise<Answer<Preprocessed>> {
  const news = check?.then(
    (checked): News<Item> => (checked ? { items: measured(checked), note: noteOf(checked) } : {}),
  );
  const question = l10n.t('Which pixel value range was the model trained on?');
  const picked = await choose<Item>({ place, question, items: unmeasured(model), news });
  if (picked === undefined || picked === back) return picked;
  return picked.value === undefined ? {} : { preprocessing: picked.value };
}

/** What each of some conventions comes to, the best first. */
export function measured(check: PreprocessingCheck): (Item & { convention: CheckedConvention })[] {
  return check.conventions.map((convention) => ({
    ...describe(convention, check),
    value: convention.settings,
    convention,
  }));
}

function noteOf({ images }: PreprocessingCheck): string {
  return l10n.t('measured on {0} images', images);
}

function describe(convention: CheckedConvention, { images, input }: PreprocessingCheck): vscode.QuickPickItem {
  const { title = l10n.t('Current settings'), resizing, correct, accuracy, confidence, current } = convention;
  const size =
    resizing.resize === 'stretch'
      ? l10n.t('stretched')
      : l10n.t('shorter side {0}, center {1}×{2}', resizing.resize, input.height, input.width);
  return {
    label: `${title}, ${size}`,
    description: l10n.t(
      '{0} of {1} correct ({2}), confidence {3}',
      correct,
      images,
      formatPercent(accuracy),
      formatPercent(confidence),
    ),
    detail: current ? l10n.t('$(check) In use') : JSON.stringify(convention.settings),
  };
}

/** The usual conventions, as long as nothing is known about how the model does with them. */
function unmeasured(model: vscode.Uri): Item[] {
  const asInFile = {
    label: l10n.t('From the model file'),
    description: l10n.t('mean and standard deviation from its metadata; without metadata, unscaled pixels'),
  };
  return [
    ...(/\.(onnx|pt2|tflite)$/i.test(model.path) ? [asInFile] : []),
    { label: l10n.t('[0, 1]'), description: l10n.t('unscaled pixels'), value: { mean: 0, std: 1 } },
    { label: l10n.t('[−1, 1]'), description: 'mean 0.5, std 0.5', value: { mean: 0.5, std: 0.5 } },
    { label: l10n.t('[0, 255]'), description: 'mean 0, std 1/255', value: { mean: 0, std: 1 / 255 } },
    {
      label: 'ImageNet',
      description: 'mean 0.485, 0.456, 0.406; std 0.229, 0.224, 0.225',
      detail: l10n.t('Resizes, then crops the center, as in torchvision'),
      value: 'imagenet',
    },
    {
      label: l10n.t('ImageNet, stretched'),
      description: 'mean 0.485, 0.456, 0.406; std 0.229, 0.224, 0.225',
      detail: l10n.t('Stretches the whole image to the model’s input size'),
      value: { preset: 'imagenet', resize: 'stretch' },
    },
    {
      label: 'CLIP',
      description: 'mean 0.481, 0.458, 0.408; std 0.269, 0.261, 0.276',
      detail: l10n.t('Resizes, then crops the center'),
      value: 'clip',
    },
  ];
}
