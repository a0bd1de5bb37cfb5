import type { OpenOptions } from '../format.ts';
import { openGraph } from '../onnx/openGraph.ts';
import type { OpenedModel } from '../openedModel.ts';
import { readSavedModel } from './readSavedModel.ts';

/**
 * Opens a TensorFlow SavedModel on ONNX Runtime.
 * @throws UserError when it is damaged, uses operators that ONNX lacks, or is not an image classifier.
 */
export async function openSavedModel(file: string, options: OpenOptions): Promise<OpenedModel> {
  return openGraph(await readSavedModel(file, options), options);
}
