import type { OpenOptions } from '../format.ts';
import { hashFiles } from '../hashFiles.ts';
import type { Model } from '../onnx/graph/graph.ts';
import type { OpenedModel } from '../openedModel.ts';
import { startTensorFlow } from '../tfjs/backend.ts';
import { wholeGraph } from '../tfjs/lowering/wholeGraph.ts';
import { openLayers } from '../tfjs/openLayersModel.ts';
import { buildLayersModel, type LayersArtifacts } from '../tfjs/readLayersModel.ts';

/**
 * Opens a model of Keras as a layers model of TensorFlow.js, which it then is: on ONNX Runtime where it can be.
 * @param read how the file is read.
 * @throws UserError when it is damaged, has a layer that TensorFlow.js lacks, or is not an image classifier.
 */
export async function openKerasModel(
  file: string,
  read: (file: string) => Promise<LayersArtifacts>,
  options: OpenOptions,
): Promise<OpenedModel> {
  const tensorflow = await startTensorFlow();
  const model = await buildLayersModel(file, await read(file), options.input);
  return openLayers({ model, sha256: await hashFiles([file]), files: [file] }, tensorflow, options);
}

/**
 * The whole model as an ONNX graph.
 * @param read how the file is read.
 * @throws UserError when it is damaged, or has a layer that TensorFlow.js or ONNX lacks.
 */
export async function lowerKerasModel(
  file: string,
  read: (file: string) => Promise<LayersArtifacts>,
  input?: readonly number[],
): Promise<Model> {
  await startTensorFlow();
  return wholeGraph(file, await buildLayersModel(file, await read(file), input));
}
