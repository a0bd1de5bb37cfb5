import * as vscode from 'vscode';
import { makeIgnoredFolder, slug } from '../../reports/runFolder.ts';
import { findDataset, findGenerator, findModel } from '../../settings/findSource.ts';
import { isObject } from '../../settings/problem.ts';
import type { SettingsLayer } from '../../settings/settingsLayer.ts';
import { UserError } from '../../userError.ts';
import { choose } from '../questions/ask.ts';
import { alone } from '../questions/form.ts';
import { chooseDataset } from '../questions/images.ts';
import { chooseKnownModel } from './knownModel.ts';
import type { Services } from './services.ts';
import { type Entry, withEntries } from './settingsFile.ts';
import { withProgress } from './withProgress.ts';

const { l10n } = vscode;

/** *Map Image Space…*: writes a page on what a model makes of white noise, forged images and drawn ones, and shows it. */
export async function mapImageSpace({ engine }: Services): Promise<void> {
  if (!vscode.workspace.isTrusted) throw new UserError(l10n.t('Trust this workspace to run its models.'));
  const model = await chooseKnownModel(undefined);
  if (model === undefined) return;
  const dataset = alone(await chooseDataset(model.settings.layer, { title: l10n.t('Images') }));
  if (dataset === undefined) return;
  const generator = await chooseDrawing(model.name, model.settings.layer);
  if (generator === undefined) return;
  const datasets = Object.entries(dataset.entry).map(([name, value]): Entry => [['perturb.datasets', name], value]);
  const { layer } = withEntries(model.settings, [...model.entries, ...datasets]);
  const workspace = { layers: [layer], problems: [] };
  const request = {
    model: findModel(workspace, model.name).source,
    dataset: findDataset(workspace, dataset.name).source,
    ...(generator.name !== undefined && { generator: findGenerator(workspace, generator.name).source }),
    seed: 0,
    folder: await makeIgnoredFolder(layer.folder, 'image-space', slug(model.name)),
  };
  const mapped = await withProgress(l10n.t('Mapping the space of images of {0}', model.name), (show, signal) =>
    engine.call('mapImageSpace', request, { onProgress: ({ done, total }) => show(done, total), signal }),
  );
  if (mapped) await vscode.commands.executeCommand('markdown.showPreview', vscode.Uri.file(mapped.page));
}

/** Asks for a generator in the settings that draws images for the model, if there is one; without a name for none. */
async function chooseDrawing(model: string, layer: SettingsLayer): Promise<{ readonly name?: string } | undefined> {
  const drawing = Object.entries(layer.values['perturb.generators']).flatMap(([label, value]) =>
    isObject(value) && value.model === model && value.kind === 'dcgan' ? [{ label, name: label }] : [],
  );
  if (drawing.length === 0) return {};
  const answer = await choose<vscode.QuickPickItem & { readonly name?: string }>({
    place: { title: l10n.t('Generator') },
    question: l10n.t('Generator whose images are shown beside them'),
    items: [...drawing, { label: l10n.t('None') }],
  });
  const chosen = alone(answer);
  return chosen && (chosen.name === undefined ? {} : { name: chosen.name });
}
