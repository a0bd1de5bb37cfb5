import { type CommonParameters, commonParametersOf, stepSizeParameter } from './commonParameters.ts';
import type { DefenseDefinition } from './defenseDefinition.ts';

interface Parameters extends CommonParameters {
  readonly stepSize: number;
}

const source = 'Wong, Rice & Kolter 2020, arXiv:2001.03994';

/** Adversarial training with one step of length α from a random point of the ε-ball (Wong, Rice & Kolter 2020, algorithm 3). */
export const fast: DefenseDefinition<Parameters> = {
  id: 'fast',
  title: 'Fast adversarial training (random start)',
  description: 'Trains on each image after one long gradient step from a random point.',
  source,
  limits:
    'Training may suddenly overfit to single steps (catastrophic overfitting), which early stopping detects. Perturbations beyond its epsilon, and other norms, can get through.',
  parameters: {
    ...commonParametersOf(
      { epochs: 15, batchSize: 128, optimizer: 'sgd', learningRate: 0.2 },
      `${source}, the authors’ code on CIFAR-10`,
    ),
    stepSize: stepSizeParameter(1.25, `${source}, section 4.1: α = 1.25 ε`),
  },
  async objective({ epsilon, stepSize }) {
    const { ascendCrossEntropy, atRandomPoint } = await import('./innerAttack.ts');
    const { crossEntropy } = await import('./losses.ts');
    return {
      craft: (trainee, { images, labels }, random) =>
        ascendCrossEntropy(trainee, images, labels, {
          epsilon,
          stepSize: stepSize * epsilon,
          steps: 1,
          start: atRandomPoint(epsilon, random),
        }),
      loss: (trainee, { labels }, adversarial) => crossEntropy(trainee.logits(adversarial), labels),
    };
  },
};
