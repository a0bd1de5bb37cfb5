import type { OpenOptions } from '../format.ts';
import { openGraph } from '../onnx/openGraph.ts';
import type { OpenedModel } from '../openedModel.ts';
import { readExportedModel } from './readExportedModel.ts';

/**
 * Opens a PyTorch exported program (.pt2) on ONNX Runtime.
 * @throws UserError when it is damaged, uses operators that ONNX lacks, or is not an image classifier.
 */
export async function openExportedModel(file: string, options: OpenOptions): Promise<OpenedModel> {
  return openGraph(await readExportedModel(file, options.memory), options);
}
