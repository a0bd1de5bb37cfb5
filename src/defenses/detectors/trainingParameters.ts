import type { ParametersOf } from '../../parameters/parameter.ts';
import { UserError } from '../../userError.ts';
import type { DetectorExamples } from './detectorDefinition.ts';

export interface TrainingParameters {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
}

/** The parameters of all detectors that train a network. */
export const trainingParameters: ParametersOf<TrainingParameters> = {
  epochs: {
    description: 'How often the network sees each example of the larger class; the smaller class is repeated.',
    schema: { type: 'integer', minimum: 1 },
    quick: { value: 20, text: '20', source: 'ours' },
  },
  batchSize: {
    description: 'Examples per batch, half of them clean and half adversarial.',
    schema: { type: 'integer', minimum: 2, multipleOf: 2 },
    quick: { value: 64, text: '64', source: 'ours' },
  },
  learningRate: {
    description: 'Learning rate of Adam at the start; it falls to zero along half a cosine.',
    schema: { type: 'number', exclusiveMinimum: 0 },
    quick: { value: 0.003, text: '0.003', source: 'ours' },
  },
};

/** Fewer examples of a class are too few to learn from. */
const fewestExamples = 8;

/** @throws UserError when there are too few clean or too few adversarial examples to tell them apart. */
export function requireBoth({ clean, adversarial }: DetectorExamples): void {
  for (const [kind, { length }] of [['clean images', clean] as const, ['adversarial examples', adversarial] as const]) {
    if (length >= fewestExamples) continue;
    const advice =
      kind === 'clean images'
        ? 'Give it more images that the model gets right.'
        : 'Give it more images, or attacks that succeed.';
    throw new UserError(
      `The detector has only ${length} ${kind} to learn from, but needs at least ${fewestExamples}. ${advice}`,
    );
  }
}
