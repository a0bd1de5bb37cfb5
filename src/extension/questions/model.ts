import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type * as vscode from 'vscode';
import { resolveModel } from '../../settings/resolveSources.ts';
import type { SettingsLayer } from '../../settings/settingsLayer.ts';
import { freeName, shorten } from './names.ts';

/** The name of something in the settings, and the entry that they lack for it, by that name. */
export interface Named {
  readonly name: string;
  readonly entry: Readonly<Record<string, object>>;
}

/** The name of a model in the settings; `undefined` if it has none. */
export function nameOfModel(model: vscode.Uri, layer: SettingsLayer): string | undefined {
  return Object.entries(layer.values['perturb.models']).find(([, entry]) => {
    const at = (entry as { path?: unknown } | null)?.path;
    return typeof at === 'string' && path.resolve(layer.folder, at) === model.fsPath;
  })?.[0];
}

/** A model as the settings know it, or an entry for it under an unused name, with the labels next to it. */
export async function describeModel(model: vscode.Uri, layer: SettingsLayer): Promise<Named> {
  const known = nameOfModel(model, layer);
  if (known !== undefined) return { name: known, entry: {} };
  const home = path.dirname(model.fsPath);
  const stem = path.parse(model.fsPath).name;
  const name = freeName(stem === 'model' ? path.basename(home) : stem, Object.keys(layer.values['perturb.models']));
  const labels = await labelsBeside(model);
  const value = {
    path: shorten(model.fsPath, layer.folder),
    ...(labels === undefined ? {} : { labels: shorten(labels, layer.folder) }),
  };
  return { name, entry: { [name]: value } };
}

/** The file with a model's labels: the one in the settings, or one next to a model that is not in the settings. */
export async function labelsOf(model: vscode.Uri, layer: SettingsLayer): Promise<string | undefined> {
  const name = nameOfModel(model, layer);
  if (name === undefined) return labelsBeside(model);
  const resolved = resolveModel(name, layer.values['perturb.models'][name], layer);
  return 'source' in resolved ? resolved.source.labels : undefined;
}

async function labelsBeside(model: vscode.Uri): Promise<string | undefined> {
  const home = path.dirname(model.fsPath);
  const labels = (await readdir(home)).find((file) => /^(labels|classes)\.txt$/i.test(file));
  return labels === undefined ? undefined : path.join(home, labels);
}
