import type { OpenOptions } from '../format.ts';
import { openGraph } from '../onnx/openGraph.ts';
import type { OpenedModel } from '../openedModel.ts';
import { readTfliteModel } from './readTfliteModel.ts';

/**
 * Opens a TensorFlow Lite model (.tflite) on ONNX Runtime.
 * @throws UserError when it is damaged, uses operators that ONNX lacks, or is not an image classifier.
 */
export async function openTfliteModel(file: string, options: OpenOptions): Promise<OpenedModel> {
  const { notes, ...model } = await readTfliteModel(file, options.memory);
  const opened = await openGraph(model, options);
  return { ...opened, notes: [...notes, ...opened.notes] };
}
