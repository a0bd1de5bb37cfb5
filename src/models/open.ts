import { stat } from 'node:fs/promises';
import { readLabels } from '../data/labels.ts';
import { UserError } from '../userError.ts';
import { formats } from './formats.ts';
import type { OpenedModel } from './openedModel.ts';
import type { ModelOptions } from './options.ts';
import { statedSize } from './preprocessing.ts';
import type { ModelSource } from './source.ts';

/**
 * Opens the model at a path as a classifier; its name tells the format.
 * @param computing how it is to be computed with.
 * @throws UserError when it does not exist, is damaged, or has a format that is not supported.
 */
export async function openModel(source: ModelSource, computing: ModelOptions = {}): Promise<OpenedModel> {
  const { path } = source;
  return open(source, computing).catch((error: unknown) => {
    // What is wrong with a network is found where its file is no longer known.
    const isNameless = error instanceof UserError && !error.message.includes(path);
    throw isNameless ? new UserError(`${path}: ${error.message}`, { cause: error }) : error;
  });
}

async function open(
  { path, labels, preprocessing, resizing }: ModelSource,
  computing: ModelOptions,
): Promise<OpenedModel> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined)
    throw new UserError(`${path}: there is no such model. Check "path" of this model in the settings.`);
  const format = formats.find(({ matches }) => matches(path, found.isDirectory()));
  if (format === undefined) {
    const titles = formats.map(({ title }) => title).join(' and ');
    throw new UserError(`${path}: this format is not supported. Perturb opens ${titles}.`);
  }
  const classes = labels === undefined ? undefined : await readLabels(labels);
  const size = resizing && statedSize(resizing);
  return format.open(path, {
    ...computing,
    ...(preprocessing && { preprocessing }),
    ...(classes && { classes }),
    ...(size && { size }),
  });
}
