import { type CommonParameters, commonParametersOf, stepSizeParameter, stepsParameter } from './commonParameters.ts';
import type { DefenseDefinition } from './defenseDefinition.ts';

interface Parameters extends CommonParameters {
  readonly steps: number;
  readonly stepSize: number;
}

const source = 'Madry et al. 2018, arXiv:1706.06083';

/**
 * Minimizes E max over ‖δ‖∞ ≤ ε of L(θ, x + δ, y), approximating the maximum by PGD (Madry et al. 2018, equation 2.1).
 */
export const madry: DefenseDefinition<Parameters> = {
  id: 'madry',
  title: 'Adversarial training with PGD (Madry)',
  description: 'Trains on each image after several gradient steps from a random point.',
  source,
  limits: 'It withstands perturbations up to its epsilon in linf: larger ones, and other norms, can get through.',
  parameters: {
    // Its 80,000 steps of 128 images are 205 times the 50,000 of CIFAR-10.
    ...commonParametersOf(
      { epochs: 205, batchSize: 128, optimizer: 'sgd', learningRate: 0.1, schedule: 'piecewise' },
      `${source}, the authors’ code on CIFAR-10`,
    ),
    steps: stepsParameter(7, `${source}, section 5, on CIFAR-10`),
    stepSize: stepSizeParameter(0.25, `${source}, section 5, on CIFAR-10: 2 gray levels of 8`),
  },
  async objective({ epsilon, steps, stepSize }) {
    const { ascendCrossEntropy, atRandomPoint } = await import('./innerAttack.ts');
    const { crossEntropy } = await import('./losses.ts');
    return {
      craft: (trainee, { images, labels }, random) =>
        ascendCrossEntropy(trainee, images, labels, {
          epsilon,
          stepSize: stepSize * epsilon,
          steps,
          start: atRandomPoint(epsilon, random),
        }),
      loss: (trainee, { labels }, adversarial) => crossEntropy(trainee.logits(adversarial), labels),
    };
  },
};
