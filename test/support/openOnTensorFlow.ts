import type { DifferentiableClassifier } from '../../src/models/classifier.ts';
import type { OpenOptions } from '../../src/models/format.ts';
import { openLayersModel } from '../../src/models/tfjs/openLayersModel.ts';

/** Opens a layers model on TensorFlow.js, which differentiates every one that it opens. */
export async function openOnTensorFlow(
  file: string,
  options: OpenOptions = {},
): Promise<DifferentiableClassifier & { dispose(): void }> {
  const { classifier } = await openLayersModel(file, { ...options, runtime: 'tensorflow' });
  return classifier as DifferentiableClassifier & { dispose(): void };
}
