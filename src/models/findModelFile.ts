import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../userError.ts';
import type { ModelFormat } from './format.ts';
import { formats } from './formats.ts';
import { otherFormatOf } from './otherFormats.ts';

/** Names of files and folders that may be models of other formats. */
const otherModel = /\.(pt|pth|safetensors|xml|mlmodel|mlmodelc|mlpackage)$/i;

/**
 * The file of the model at a path, and its format: the path itself or, if that is a folder, the only model in it.
 * @throws UserError when there is nothing at the path, a folder without exactly one model file, or a format that is not
 * supported.
 */
export async function findModelFile(at: string): Promise<{ readonly file: string; readonly format: ModelFormat }> {
  const found = await stat(at).catch(() => undefined);
  if (found === undefined) {
    throw new UserError(`${at}: there is no such model. Check "path" of this model in the settings.`);
  }
  const titles = formats.map(({ title }) => title).join(' and ');
  const itself = await formatOf(at, found.isDirectory());
  if (itself) return { file: at, format: itself };
  const other = found.isFile() || found.isDirectory() ? await otherFormatOf(at) : undefined;
  if (other !== undefined || !found.isDirectory()) {
    throw new UserError(other ?? `${at}: this format is not supported. Perturb opens ${titles}.`);
  }
  const names = await readdir(at);
  const models: { readonly file: string; readonly format: ModelFormat }[] = [];
  for (const name of names) {
    if (name.startsWith('.') || !formats.some(({ fileName }) => fileName.test(name))) continue;
    const file = path.join(at, name);
    const format = await formatOf(file, false);
    if (format) models.push({ file, format });
  }
  const [model, ...others] = models;
  if (model === undefined) {
    for (const name of names.filter((each) => otherModel.test(each))) {
      const inside = await otherFormatOf(path.join(at, name));
      if (inside !== undefined) throw new UserError(inside);
    }
    throw new UserError(`${at}: this folder has no model that Perturb can open: ${titles}.`);
  }
  if (others.length > 0) {
    const several = models.map(({ file }) => path.basename(file)).join(', ');
    throw new UserError(`${at}: this folder has several models: ${several}. Name one of them in "path" of this model.`);
  }
  return model;
}

async function formatOf(at: string, isFolder: boolean): Promise<ModelFormat | undefined> {
  for (const format of formats) if (await format.matches(at, isFolder)) return format;
  return undefined;
}
