import type { OpenOptions } from '../format.ts';
import { openGraph } from '../onnx/openGraph.ts';
import type { OpenedModel } from '../openedModel.ts';
import { NoCounterpart } from '../tensorflow/noCounterpart.ts';
import { readSavedModel } from './readSavedModel.ts';

/**
 * Opens a TensorFlow SavedModel on ONNX Runtime, or on native TensorFlow where ONNX lacks an operator of it.
 * @throws UserError when it is damaged, can be computed by neither, or is not an image classifier.
 */
export async function openSavedModel(file: string, options: OpenOptions): Promise<OpenedModel> {
  const read = await readSavedModel(file, options).catch((error: unknown) => {
    if (error instanceof NoCounterpart && !options.embedding) return error;
    throw error;
  });
  if (!(read instanceof NoCounterpart)) return openGraph(read, options);
  const { askSavedModel } = await import('./askSavedModel.ts');
  return askSavedModel(file, options, read);
}
