import { extname } from 'node:path';
import { readLabels } from '../data/readLabels.ts';
import { UserError } from '../userError.ts';
import { findModelFile } from './findModelFile.ts';
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

async function open({ path, labels, preprocessing, resizing }: ModelSource): Promise<OpenedModel> {
  const file = await findModelFile(path);
  const classes = labels === undefined ? undefined : await readLabels(labels);
  const options = { ...(preprocessing && { preprocessing }), ...(classes && { classes }) };
  const extension = extname(file).toLowerCase();
  // Each loads an engine, which takes time that the other formats need not spend.
  if (extension === '.onnx') {
    const { openOnnxModel } = await import('./onnx/openOnnxModel.ts');
    const size = resizing && statedSize(resizing);
    return openOnnxModel(file, { ...options, ...(size && { size }) });
  }
  if (extension === '.json') {
    const { openLayersModel } = await import('./tfjs/openLayersModel.ts');
    return openLayersModel(file, options);
  }
  throw new UserError(
    `${path}: this format is not supported. Perturb opens ONNX models (.onnx) and TensorFlow.js layers models (model.json).`,
  );
}
