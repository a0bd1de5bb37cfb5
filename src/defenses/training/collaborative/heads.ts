import * as tfl from '@tensorflow/tfjs-layers';
import { UserError } from '../../../userError.ts';
import { headNames } from './headNames.ts';

/**
 * The network of collaborative multi-task training (Wang et al.). Two heads stand on the last hidden layer of the
 * given model: Z, which begins as its last layer, and Z′. The gradient lock g is two dense layers on Z′, of one unit a class,
 * and Z* = Z ⊙ g(Z′) is what decides.
 *
 * The paper does not say what activations the lock has. Here the first layer ends in ReLU and the second in a sigmoid, so
 * that the lock attenuates logits and never turns their sign. It begins at 1/2 for all, where Z* predicts what the given
 * model predicts.
 * @param model whose other layers are shared. It ends in logits or softmax.
 * @param seed of the new weights.
 * @returns a network with two outputs, Z* and Z′.
 * @throws UserError when the last layer of the model is not dense.
 */
export function withHeads(model: tfl.LayersModel, seed: number): tfl.LayersModel {
  const { last, hidden } = lastLayer(model);
  const { units, useBias } = last.getConfig() as { units: number; useBias: boolean };
  const { dense, multiply } = tfl.layers;
  const kernel = (offset: number) => tfl.initializers.glorotUniform({ seed: seed + offset });
  const label = dense({ name: headNames.label, units, useBias });
  const z = label.apply(hidden);
  label.setWeights(last.getWeights());
  const auxiliary = dense({ name: headNames.auxiliary, units, kernelInitializer: kernel(0) }).apply(hidden);
  const inner = dense({ name: 'lock-hidden', units, activation: 'relu', kernelInitializer: kernel(1) }).apply(
    auxiliary,
  );
  const lock = dense({ name: headNames.lock, units, activation: 'sigmoid', kernelInitializer: 'zeros' }).apply(inner);
  const locked = multiply({ name: 'locked' }).apply([z, lock] as tfl.SymbolicTensor[]);
  return tfl.model({ inputs: model.inputs, outputs: [locked, auxiliary] as tfl.SymbolicTensor[] });
}

/** The dense layer that gives the logits, and what it stands on; a softmax, and what only shapes, may come after it. */
function lastLayer(model: tfl.LayersModel): { last: tfl.layers.Layer; hidden: tfl.SymbolicTensor } {
  const inputOf = ({ sourceLayer, nodeIndex }: tfl.SymbolicTensor) =>
    sourceLayer.inboundNodes[nodeIndex]?.inputTensors[0] as tfl.SymbolicTensor;
  let output = model.outputs[0] as tfl.SymbolicTensor;
  while (passive.has(output.sourceLayer.getClassName())) output = inputOf(output);
  const { sourceLayer: last } = output;
  const hidden = inputOf(output);
  const activation = String(last.getConfig().activation ?? 'linear');
  const isDense = last.getClassName() === 'Dense' && hidden.rank === 2;
  if (isDense && ['linear', 'softmax'].includes(activation)) return { last, hidden };
  throw new UserError(
    `The model’s last layer, ${last.name} (${last.getClassName()}), is not a dense layer on a vector that ends in logits or softmax. Collaborative multi-task training puts its heads in the place of such a layer; choose another defense for this model.`,
  );
}

const passive: ReadonlySet<string> = new Set(['Activation', 'Softmax', 'Reshape', 'Flatten']);
