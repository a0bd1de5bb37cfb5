import type { Pixels } from '../../data/image.ts';
import type { Classifier } from '../../models/classifier.ts';
import type { ModelOptions } from '../../models/options.ts';
import { randomnessOf } from '../training/randomness.ts';
import { latentVector, sampleOf } from './latent.ts';
import { openNetwork } from './openGenerator.ts';

/**
 * An image of each class, as a generator draws it: σ(a(z, class)) with a random z.
 * @param folder of a generator that draws.
 * @param model the model that it was made for, with the SHA-256 of its files.
 * @throws UserError when it is missing or damaged, makes something else, or was made for another model.
 */
export async function drawSamples(
  folder: string,
  model: { readonly classifier: Pick<Classifier, 'input' | 'classes'>; readonly sha256: string },
  seed: number,
  computing: ModelOptions,
): Promise<Pixels[]> {
  const { facts, network } = await openNetwork(folder, ['samples'], model, computing);
  try {
    const latent = facts.parameters.latent as number;
    const { length } = model.classifier.classes;
    const vectors = Array.from({ length }, (_, label) =>
      latentVector(latent, label, length, randomnessOf(seed, 'samples of the map', label)),
    );
    return (await network.logits(vectors)).map(sampleOf);
  } finally {
    network.dispose();
  }
}
