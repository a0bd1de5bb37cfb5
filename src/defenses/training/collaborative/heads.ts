import * as tfl from '@tensorflow/tfjs-layers';
import { UserError } from '../../../userError.ts';
import { headNames } from './headNames.ts';

/**
 * The network of collaborative multi-task training (Wang et al.). Two heads follow the last hidden layer of the given
 * model: Z, which starts as its last layer, and Z′. The gradient lock g is two dense layers on Z′, with one unit per
 * class, and Z* = Z ⊙ g(Z′) decides.
 *
 * The paper does not say what activations the lock has. Here the first layer ends in ReLU and the second in a sigmoid,
 * so that the lock attenuates logits and never changes their sign. It starts at 1/2 for all classes, where Z* predicts
 * what the given model predicts.
 * @param model ends in logits or softmax; its other layers are shared.
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

/** The dense layer that gives the logits, and its input; only a softmax and reshaping may follow it. */
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
    `The model’s last layer, ${last.name} (${last.getClassName()}), is not a dense layer on a vector that ends in logits or softmax. Collaborative multi-task training replaces such a layer by its heads; choose another defense for this model.`,
  );
}

const passive: ReadonlySet<string> = new Set(['Activation', 'Softmax', 'Reshape', 'Flatten']);
