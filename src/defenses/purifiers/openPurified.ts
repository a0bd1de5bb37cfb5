import { type Classifier, type DifferentiableClassifier, isDifferentiable } from '../../models/classifier.ts';
import type { ModelOptions } from '../../models/options.ts';
import { UserError } from '../../userError.ts';
import type { GeneratorFacts } from '../generators/card.ts';
import { generators } from '../generators/catalog.ts';
import { openNetwork } from '../generators/openGenerator.ts';
import type { DcganParameters } from '../generators/samplingGame.ts';
import { projectedClassifier } from './projectedClassifier.ts';
import { purifiedClassifier } from './purifiedClassifier.ts';

/** A model behind its purifier. */
export interface OpenedPurified {
  readonly facts: GeneratorFacts;
  readonly classifier: DifferentiableClassifier;
  /** Frees the purifier; the model is its owner's. */
  dispose(): void;
}

/**
 * Puts a purifier before a model.
 * @param sha256 of the model's files.
 * @throws UserError when the purifier is missing or damaged, makes something else, or was made for another model, or when
 * the model gives no gradients.
 */
export async function openPurified(
  folder: string,
  classifier: Classifier,
  sha256: string,
  computing: ModelOptions,
): Promise<OpenedPurified> {
  if (!isDifferentiable(classifier)) {
    throw new UserError(
      `A test with a purifier attacks purifier and model at once, and this model gives no gradients: ${classifier.obstacle ?? 'use its file'}.`,
    );
  }
  const { facts, network } = await openNetwork(folder, ['purified', 'samples'], { classifier, sha256 }, computing);
  if (!isDifferentiable(network)) {
    network.dispose();
    throw new UserError(`${folder}: the purifier gives no gradients: ${network.obstacle ?? 'train it again'}.`);
  }
  const { latent, projectionSteps, projectionRate } = facts.parameters as unknown as DcganParameters;
  const purified =
    generators.get(facts.kind)?.makes === 'samples'
      ? projectedClassifier(network, classifier, {
          latent,
          steps: projectionSteps,
          rate: projectionRate,
          seed: facts.seed,
        })
      : purifiedClassifier(network, classifier);
  return { facts, classifier: purified, dispose: () => network.dispose() };
}
