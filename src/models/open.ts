import { stat } from 'node:fs/promises';
import { readLabels } from '../data/labels.ts';
import { UserError } from '../userError.ts';
import type { OpenedModel } from './openedModel.ts';
import type { ModelOptions } from './options.ts';
import { statedSize } from './preprocessing.ts';
import type { ModelSource } from './source.ts';

/**
 * Opens the model at a path as a classifier; the format follows from the file.
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
  const classes = labels === undefined ? undefined : await readLabels(labels);
  const options = { ...computing, ...(preprocessing && { preprocessing }), ...(classes && { classes }) };
  // Each loads an engine, which takes time that the other formats need not spend.
  if (found.isFile() && path.endsWith('.onnx')) {
    const { openOnnxModel } = await import('./onnx/openOnnxModel.ts');
    const size = resizing && statedSize(resizing);
    return openOnnxModel(path, { ...options, ...(size && { size }) });
  }
  if (found.isFile() && path.endsWith('.json')) {
    const { openLayersModel } = await import('./tfjs/openLayersModel.ts');
    return openLayersModel(path, options);
  }
  throw new UserError(
    `${path}: this format is not supported. Perturb opens ONNX models (.onnx) and TensorFlow.js layers models (model.json).`,
  );
}
