import type { OpenOptions } from '../format.ts';
import { openGraph } from '../onnx/openGraph.ts';
import type { OpenedModel } from '../openedModel.ts';
import { readGraphModel } from './readGraphModel.ts';

/**
 * Opens a TensorFlow.js graph model on ONNX Runtime.
 * @throws UserError when it is damaged, uses operators that ONNX lacks, or is not an image classifier.
 */
export async function openGraphModel(file: string, options: OpenOptions): Promise<OpenedModel> {
  return openGraph(await readGraphModel(file, options), options);
}
