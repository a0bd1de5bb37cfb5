import { stat } from 'node:fs/promises';
import { readLabels } from '../data/labels.ts';
import { UserError } from '../userError.ts';
import type { OpenedModel } from './openedModel.ts';
import { statedSize } from './preprocessing.ts';
import type { ModelSource } from './source.ts';

/**
 * Opens the model at a path as a classifier; the format follows from the file.
 * @throws UserError when it does not exist, is damaged, or has a format that is not supported.
 */
export async function openModel(source: ModelSource): Promise<OpenedModel> {
  const { path } = source;
  return open(source).catch((error: unknown) => {
    // What is wrong with a network is found where its file is no longer known.
    const isNameless = error instanceof UserError && !error.message.includes(path);
    throw isNameless ? new UserError(`${path}: ${error.message}`, { cause: error }) : error;
  });
}

async function open({ path, labels, preprocessing, resizing, input, output }: ModelSource): Promise<OpenedModel> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined)
    throw new UserError(`${path}: there is no such model. Check "path" of this model in the settings.`);
  const classes = labels === undefined ? undefined : await readLabels(labels);
  const options = { ...(preprocessing && { preprocessing }), ...(classes && { classes }), ...(input && { input }) };
  // Each loads an engine, which takes time that the other formats need not spend.
  if (found.isFile() && /\.onnx$/i.test(path)) {
    const { openOnnxModel } = await import('./onnx/openOnnxModel.ts');
    const size = resizing && statedSize(resizing);
    return openOnnxModel(path, { ...options, ...(size && { size }), ...(output !== undefined && { output }) });
  }
  if (found.isFile() && /\.json$/i.test(path)) {
    const { openLayersModel } = await import('./tfjs/openLayersModel.ts');
    return openLayersModel(path, options);
  }
  throw new UserError(
    `${path}: this format is not supported. Perturb opens ONNX models (.onnx) and TensorFlow.js layers models (model.json).`,
  );
}
