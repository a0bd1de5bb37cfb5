import type * as tfl from '@tensorflow/tfjs-layers';
import { UserError } from '../../../userError.ts';
import type { Model } from '../../onnx/graph/graph.ts';
import { lowerToOnnx } from './lowerToOnnx.ts';
import { CannotLower } from './step.ts';

/**
 * A layers model as an ONNX graph, from which nothing is left out. The model is disposed of.
 * @param file for messages.
 * @throws UserError naming a layer without a counterpart.
 */
export function wholeGraph(file: string, layers: tfl.LayersModel): Model {
  try {
    return lowerToOnnx(layers, 'whole').model;
  } catch (error) {
    if (error instanceof CannotLower) throw new UserError(`${file}: ${error.message}`, { cause: error });
    throw error;
  } finally {
    layers.dispose();
  }
}
