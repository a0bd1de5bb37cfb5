import type { Model } from '../../../src/models/onnx/graph/graph.ts';
import { toImageModel } from '../../../src/models/onnx/graph/imageModel.ts';
import { normalizeModel } from '../../../src/models/onnx/graph/normalizeModel.ts';
import { readModel } from '../../../src/models/onnx/graph/readModel.ts';
import { noPreprocessing } from '../../../src/models/preprocessing.ts';

/** A file as the graph that Perturb derives the gradient of, and the dimensions of one image. */
export async function imageModelOf(file: string): Promise<{ readonly model: Model; readonly dims: readonly number[] }> {
  const { model, input } = toImageModel(normalizeModel(await readModel(file)), noPreprocessing);
  return { model, dims: [input.height, input.width, input.channels] };
}
