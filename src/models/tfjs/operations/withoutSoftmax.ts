import * as tfl from '@tensorflow/tfjs-layers';
import { UserError } from '../../../userError.ts';
import { identity, lower, type Step } from './operations.ts';
import { trace } from './trace.ts';

/**
 * A copy of a classifier, with its own weights, that ends in logits: a final softmax is removed. Its weights are in the
 * order of the original's, so `original.setWeights(copy.getWeights())` copies them back.
 * @throws UserError when the model is not a classifier, or ends in something other than logits or softmax.
 */
export async function withoutSoftmax(model: tfl.LayersModel): Promise<tfl.LayersModel> {
  const topology = model.toJSON(undefined, false) as object;
  const last = softmaxLayer(model);
  if (last !== undefined && !makeLinear(topology, last)) {
    throw new UserError(
      `The softmax of layer "${last}" cannot be removed. Export the model with logits as its output.`,
    );
  }
  const copy = await tfl.models.modelFromJSON({ modelTopology: topology } as never);
  copy.setWeights(model.getWeights());
  return copy;
}

/** Name of the layer whose softmax the model ends in. */
function softmaxLayer(model: tfl.LayersModel): string | undefined {
  const replaced: Step & { readonly cut?: true } = { operation: identity, cut: true };
  const nodes = trace<Step & { readonly cut?: true }>(model, lower, replaced);
  for (const { operation } of nodes) operation.dispose?.();
  return nodes.slice(1).find(({ cut }) => cut)?.layer;
}

/** Removes the activation of the layer with this name; false if there is no such layer in the topology. */
function makeLinear(topology: unknown, name: string): boolean {
  if (typeof topology !== 'object' || topology === null) return false;
  const { class_name: kind, config } = topology as { class_name?: unknown; config?: Record<string, unknown> };
  if (config?.name === name && kind === 'Softmax') {
    Object.assign(topology, { class_name: 'Activation', config: { name, activation: 'linear' } });
    return true;
  }
  if (config?.name === name && config.activation === 'softmax') {
    config.activation = 'linear';
    return true;
  }
  return Object.values(topology).some((part) => makeLinear(part, name));
}
