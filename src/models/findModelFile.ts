import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { isLfsPointer, largestPointer } from '../data/lfsPointer.ts';
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
  if (!found.isFile() && !found.isDirectory()) {
    throw new UserError(`${at}: this is not a regular file. Copy its contents into one.`);
  }
  if (found.isFile() && found.size < largestPointer && isLfsPointer(await readFile(at).catch(() => Buffer.alloc(0)))) {
    throw new UserError(`${at}: Git LFS has not downloaded this file. Run "git lfs pull".`);
  }
  const titles = formats.map(({ title }) => title).join(' and ');
  const itself = await formatOf(at, found.isDirectory());
  if (itself) return { file: at, format: itself };
  const other = await otherFormatOf(at);
  if (other !== undefined || !found.isDirectory()) {
    throw new UserError(other ?? `${at}: this format is not supported. Perturb opens ${titles}.`);
  }
  const names = await readdir(at);
  const [model, ...others] = names.filter(
    (name) => !name.startsWith('.') && formats.some(({ fileName }) => fileName.test(name)),
  );
  if (model === undefined) {
    for (const name of names.filter((each) => otherModel.test(each))) {
      const inside = await otherFormatOf(path.join(at, name));
      if (inside !== undefined) throw new UserError(inside);
    }
    throw new UserError(`${at}: this folder has no model that Perturb can open: ${titles}.`);
  }
  if (others.length > 0) {
    const several = [model, ...others].join(', ');
    throw new UserError(`${at}: this folder has several models: ${several}. Name one of them in "path" of this model.`);
  }
  return findModelFile(path.join(at, model));
}

async function formatOf(at: string, isFolder: boolean): Promise<ModelFormat | undefined> {
  for (const format of formats) if (await format.matches(at, isFolder)) return format;
  return undefined;
}
