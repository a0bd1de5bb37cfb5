import * as vscode from 'vscode';
import { slug } from '../../reports/fileNames.ts';
import { makeIgnoredFolder } from '../../reports/runFolder.ts';
import { findGenerator } from '../../settings/findSource.ts';
import { chooseDrawingGenerator } from '../questions/generator.ts';
import { chooseModelAndImages } from './modelAndImages.ts';
import type { Services } from './services.ts';
import { withProgress } from './withProgress.ts';

const { l10n } = vscode;

/** *Map Image Space…*: writes a page on what a model makes of white noise, forged images and drawn ones, and shows it. */
export async function mapImageSpace({ engine }: Services): Promise<void> {
  const asked = await chooseModelAndImages();
  if (asked === undefined) return;
  const { model, dataset, layer } = asked;
  const generator = await chooseDrawingGenerator(model.name, layer);
  if (generator === undefined) return;
  const { name } = generator;
  const drawing = name === undefined ? undefined : findGenerator({ layers: [layer], problems: [] }, name).source;
  const request = {
    model,
    dataset,
    ...(drawing && { generator: { name: drawing.name, path: drawing.path } }),
    seed: 0,
    folder: await makeIgnoredFolder(layer.folder, 'image-space', slug(model.name)),
  };
  const mapped = await withProgress(l10n.t('Mapping the space of images of {0}', model.name), (show, signal) =>
    engine.call('mapImageSpace', request, { onProgress: ({ done, total }) => show(done, total), signal }),
  );
  if (mapped) await vscode.commands.executeCommand('markdown.showPreview', vscode.Uri.file(mapped.page));
}
