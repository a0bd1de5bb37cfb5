import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../userError.ts';
import type { ModelFormat } from './format.ts';
import { formats } from './formats.ts';
import { otherFormatOf } from './otherFormats.ts';

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
  const itself = formats.find(({ matches }) => matches(at, found.isDirectory()));
  if (itself) return { file: at, format: itself };
  if (!found.isDirectory()) {
    const other = found.isFile() ? await otherFormatOf(at) : undefined;
    throw new UserError(other ?? `${at}: this format is not supported. Perturb opens ${titles}.`);
  }
  const models = (await readdir(at)).flatMap((name) => {
    const format = formats.find(({ fileName }) => fileName.test(name) && !name.startsWith('.'));
    return format ? [{ file: path.join(at, name), format }] : [];
  });
  const [model, ...others] = models;
  if (model === undefined) throw new UserError(`${at}: this folder has no model that Perturb can open: ${titles}.`);
  if (others.length > 0) {
    const names = models.map(({ file }) => path.basename(file)).join(', ');
    throw new UserError(`${at}: this folder has several models: ${names}. Name one of them in "path" of this model.`);
  }
  return model;
}
