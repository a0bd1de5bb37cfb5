import { sizeOf } from '../../../../src/data/image.ts';
import { isDifferentiable } from '../../../../src/models/classifier.ts';
import type { OpenedModel } from '../../../../src/models/openedModel.ts';

/** Asks a model about an image, as a test does first, and disposes of it. */
export async function ask({ classifier }: OpenedModel): Promise<void> {
  try {
    const image = new Float32Array(sizeOf(classifier.input)).fill(0.5);
    if (isDifferentiable(classifier)) await classifier.pullback([image], [[{ kind: 'crossEntropy', label: 0 }]]);
    else await classifier.logits([image]);
  } finally {
    classifier.dispose();
  }
}
