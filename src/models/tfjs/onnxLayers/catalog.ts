import * as tf from '@tensorflow/tfjs-core';
import { attentions } from './attention.ts';
import { calculation } from './calculation.ts';
import { einsumDense } from './einsumDense.ts';
import { imageLayers } from './images.ts';
import { normalizations } from './normalization.ts';
import { layerClassOf, type OnnxLayerKind } from './onnxLayer.ts';

const kinds: readonly OnnxLayerKind[] = [...attentions, ...imageLayers, ...normalizations, calculation, einsumDense];

/** Registers the layers of Keras that TensorFlow.js lacks, and ONNX Runtime computes. */
export function registerOnnxLayers(): void {
  for (const kind of kinds) tf.serialization.registerClass(layerClassOf(kind));
}
