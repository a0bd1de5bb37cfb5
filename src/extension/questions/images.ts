import path from 'node:path';
import * as vscode from 'vscode';
import { findImageFolders, type ImageFolder } from '../../data/findImageFolders.ts';
import { listImages } from '../../data/listImages.ts';
import type { SettingsLayer } from '../../settings/settingsLayer.ts';
import { choose } from './ask.ts';
import { type Answer, back, type Place } from './form.ts';
import type { Named } from './model.ts';
import { freeName, shorten } from './names.ts';

const { l10n } = vscode;

/** White noise, which needs no dataset. */
export const whiteNoise = { name: undefined, entry: {} } as const;

/** The chosen images. */
export type Images = Named | typeof whiteNoise;

/** How many folders are proposed. */
const mostProposed = 10;

interface Item<T> extends vscode.QuickPickItem {
  pick?(): Promise<Answer<T>>;
}

/** Asks for a dataset of the settings, a folder in the workspace that has images, or any other folder. */
export function chooseDataset(layer: SettingsLayer, place: Place, former?: string): Promise<Answer<Named>> {
  return chooseAmong<Named>(layer, place, former, []);
}

/** Asks for a dataset, or for white noise, from which images can be forged. */
export function chooseImages(layer: SettingsLayer, place: Place, former?: string): Promise<Answer<Images>> {
  const description = l10n.t('for forged images');
  const noise = { label: l10n.t('White noise'), description, pick: async () => whiteNoise };
  return chooseAmong<Images>(layer, place, former, [noise]);
}

/** @param former the label to begin with. */
async function chooseAmong<T>(
  layer: SettingsLayer,
  place: Place,
  former: string | undefined,
  others: readonly Item<T | Named>[],
): Promise<Answer<T | Named>> {
  const datasets = Object.entries(layer.values['perturb.datasets']).map(([name, value]) => ({
    label: name,
    description: String((value as { path?: unknown } | null)?.path ?? ''),
    pick: async () => ({ name, entry: {} }),
  }));
  const folder = {
    label: l10n.t('$(folder-opened) Choose Image Folder…'),
    pick: async () => (await chooseFolder(layer)) ?? back,
  };
  // Folders come late: at the end, so that nothing moves under the pointer.
  const itemsWith = (found: readonly Item<T | Named>[]) => [...datasets, ...others, folder, ...found];
  const news = proposeFolders(layer).then((found) => ({ items: itemsWith(found) }));
  for (;;) {
    const picked = await choose<Item<T | Named>>({
      place,
      question: l10n.t('Images to attack the model with'),
      items: itemsWith([]),
      isActive: ({ label }) => label === former,
      news,
    });
    if (picked === undefined || picked === back) return picked;
    const images = await picked.pick?.();
    // Whoever leaves the dialog for a folder is asked again.
    if (images !== back) return images;
  }
}

/** Folders that the settings do not name yet, with what is in them. */
async function proposeFolders(layer: SettingsLayer): Promise<Item<Named>[]> {
  const known = Object.values(layer.values['perturb.datasets']).map((value) =>
    path.resolve(layer.folder, String((value as { path?: unknown } | null)?.path ?? '')),
  );
  const found = (await findImageFolders(layer.folder)).filter((folder) => !known.includes(folder.path));
  const items = found.slice(0, mostProposed).map((folder) => ({
    label: `$(folder) ${shorten(folder.path, layer.folder)}`,
    description: describe(folder),
    pick: async () => nameFolder(folder.path, folder.classes > 0, layer),
  }));
  const heading = { label: l10n.t('Folders'), kind: vscode.QuickPickItemKind.Separator };
  return items.length > 0 ? [heading, ...items] : [];
}

function describe({ images, classes }: ImageFolder): string {
  return classes > 0
    ? l10n.t('{0} images in {1} class folders', images, classes)
    : l10n.t('{0} images without labels', images);
}

async function chooseFolder(layer: SettingsLayer): Promise<Named | undefined> {
  const [chosen] =
    (await vscode.window.showOpenDialog({
      canSelectFolders: true,
      canSelectFiles: false,
      defaultUri: vscode.Uri.file(layer.folder),
      openLabel: l10n.t('Use These Images'),
      title: l10n.t('Images'),
    })) ?? [];
  if (chosen === undefined) return undefined;
  const { files } = await listImages(chosen.fsPath);
  const isLoose = files.length > 0 && files.every((file) => !file.path.includes('/'));
  return nameFolder(chosen.fsPath, !isLoose, layer);
}

/** An entry for a folder. Where no folders name classes, the model's own predictions are all that there is. */
function nameFolder(folder: string, hasClasses: boolean, layer: SettingsLayer): Named {
  const name = freeName(path.basename(folder), Object.keys(layer.values['perturb.datasets']));
  const labels = hasClasses ? {} : { labels: 'predictions' };
  return { name, entry: { [name]: { path: shorten(folder, layer.folder), ...labels } } };
}
