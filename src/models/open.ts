import { readLabels } from '../data/readLabels.ts';
import { UserError } from '../userError.ts';
import { findModelFile } from './findModelFile.ts';
import type { OpenedModel } from './openedModel.ts';
import type { ModelOptions } from './options.ts';
import { statedSize } from './preprocessing.ts';
import type { ModelSource } from './source.ts';

/**
 * Opens the model at a path as a classifier; its name tells the format.
 * @param computing how to compute it.
 * @throws UserError when it does not exist, is damaged, or has a format that is not supported.
 */
export async function openModel(source: ModelSource, computing: ModelOptions = {}): Promise<OpenedModel> {
  const { path } = source;
  return open(source, computing).catch((error: unknown) => {
    // Errors in a network are found where its file is no longer known.
    const isNameless = error instanceof UserError && !error.message.includes(path);
    throw isNameless ? new UserError(`${path}: ${error.message}`, { cause: error }) : error;
  });
}

async function open(
  { path, labels, preprocessing, resizing, input, output }: ModelSource,
  computing: ModelOptions,
): Promise<OpenedModel> {
  const { file, format } = await findModelFile(path);
  const classes = labels === undefined ? undefined : await readLabels(labels);
  const size = resizing && statedSize(resizing);
  return format.open(file, {
    ...computing,
    ...(preprocessing && { preprocessing }),
    ...(classes && { classes }),
    ...(size && { size }),
    ...(input && { input }),
    ...(output !== undefined && { output }),
  });
}
