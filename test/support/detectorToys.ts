import { input, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { mersenne } from 'pure-rand/generator/mersenne';
import type { DetectorExamples, FittingContext } from '../../src/defenses/detectors/detectorDefinition.ts';
import type { DifferentiableClassifier } from '../../src/models/classifier.ts';
import { noPreprocessing } from '../../src/models/preprocessing.ts';
import { startTensorFlow } from '../../src/models/tfjs/backend.ts';
import { toLayersClassifier } from '../../src/models/tfjs/layersClassifier.ts';
import { fillWeights } from './fillWeights.ts';

const side = 8;
export const toyShape = { height: side, width: side, channels: 1 } as const;

/** Smooth ramps, and such with a checkerboard on top for adversarial examples: what a detector must tell apart. */
export function toyExamples(count: number, seed: number): DetectorExamples {
  const random = mersenne(seed);
  const ramp = (contrast: number) => {
    const [level, down, right] = [uniformFloat64(random), uniformFloat64(random) - 0.5, uniformFloat64(random) - 0.5];
    return Float32Array.from({ length: side * side }, (_, i) => {
      const [y, x] = [Math.floor(i / side), i % side];
      return 0.25 + 0.4 * level + 0.02 * (down * y + right * x) + contrast * ((x + y) % 2 ? 1 : -1);
    });
  };
  const many = (contrast: number) =>
    Array.from({ length: count }, (_, i) => ({ pixels: ramp(contrast), label: i % 3 }));
  return { clean: many(0), adversarial: many(0.08).map((one, original) => ({ ...one, attack: 'fgsm', original })) };
}

/** A small network on 8 × 8 gray images, with activations "first" and "second". */
export async function toyClassifier(): Promise<DifferentiableClassifier & { dispose(): void }> {
  await startTensorFlow();
  const image = input({ shape: [side, side, 1], name: 'image' });
  const convolution = (name: string, filters: number, strides: number) =>
    layers.conv2d({ name, filters, kernelSize: 3, strides, padding: 'same', activation: 'relu' });
  let x = convolution('first', 4, 1).apply(image) as SymbolicTensor;
  x = convolution('second', 6, 2).apply(x) as SymbolicTensor;
  x = layers.globalAveragePooling2d({ name: 'mean' }).apply(x) as SymbolicTensor;
  const logits = layers.dense({ name: 'scores', units: 3 }).apply(x) as SymbolicTensor;
  const options = { input: toyShape, preprocessing: noPreprocessing };
  return toLayersClassifier(fillWeights(model({ inputs: image, outputs: logits })), options, 'TensorFlow.js');
}

export function fittingContext(
  classifier: DifferentiableClassifier,
  context: Partial<FittingContext> = {},
): FittingContext {
  return { classifier, seed: 1, signal: new AbortController().signal, onProgress: () => {}, ...context };
}
