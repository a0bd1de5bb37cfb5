import type * as tfl from '@tensorflow/tfjs-layers';
import { OnnxLayer } from '../onnxLayers/onnxLayer.ts';
import { activations } from './activations.ts';
import { linear } from './linear.ts';
import { merging } from './merging.ts';
import { normalization } from './normalization.ts';
import { oneDimensional } from './oneDimensional.ts';
import { pooling } from './pooling.ts';
import { shapes } from './shapes.ts';
import { CannotLower, type OnnxStep, type Rule } from './step.ts';

const rules: Readonly<Record<string, Rule>> = {
  ...activations,
  ...linear,
  ...merging,
  ...normalization,
  ...oneDimensional,
  ...pooling,
  ...shapes,
};

/** The sequence of steps of a layer at inference. @throws CannotLower */
export function lowerLayer(layer: tfl.layers.Layer): readonly OnnxStep[] {
  if (layer instanceof OnnxLayer) return layer.steps();
  const config = layer.getConfig();
  const rule = rules[layer.getClassName()];
  if (rule === undefined) throw new CannotLower(layer, 'layers of this kind are not supported');
  if ((config.dataFormat ?? 'channelsLast') !== 'channelsLast') throw new CannotLower(layer, 'its channels come first');
  return rule(config, layer.getWeights(), layer);
}
