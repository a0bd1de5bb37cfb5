import type { OpenedModel } from '../openedModel.ts';
import { readModel } from './graph/readModel.ts';
import { openGraph } from './openGraph.ts';
import type { RuntimeOptions } from './session/session.ts';
import type { ClassifierOptions } from './session/toClassifier.ts';

/**
 * Opens an ONNX file. Whatever the options leave out is taken from the model's metadata.
 * @throws UserError when it is damaged, or not an image classifier.
 */
export async function openOnnxModel(file: string, options: ClassifierOptions & RuntimeOptions): Promise<OpenedModel> {
  return openGraph(await readModel(file, options.memory), options);
}
