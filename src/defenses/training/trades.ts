import { type CommonParameters, commonParametersOf, stepSizeParameter, stepsParameter } from './commonParameters.ts';
import type { DefenseDefinition } from './defenseDefinition.ts';

interface Parameters extends CommonParameters {
  readonly beta: number;
  readonly steps: number;
  readonly stepSize: number;
}

const source = 'Zhang et al. 2019, arXiv:1901.08573';

/**
 * TRADES: minimizes CE(f(x), y) + β · max over ‖x′ − x‖∞ ≤ ε of KL(f(x) ‖ f(x′)) (Zhang et al. 2019, equation 5, where
 * β is the paper's 1/λ, and algorithm 1: the ascent starts at x + 0.001 · N(0, I)). Both sides of the divergence are
 * trained.
 */
export const trades: DefenseDefinition<Parameters> = {
  id: 'trades',
  title: 'TRADES',
  description: 'Trains the model to classify each image correctly and to answer the same for everything near it.',
  source,
  limits: 'It withstands perturbations up to its epsilon in linf: larger ones, and other norms, can get through.',
  parameters: {
    // The paper divides the learning rate at three quarters, and again near the end: piecewise is closest.
    ...commonParametersOf(
      { epochs: 100, batchSize: 128, optimizer: 'sgd', learningRate: 0.1, schedule: 'piecewise' },
      `${source}, the authors’ code on CIFAR-10, whose later versions end at epoch 76`,
    ),
    beta: {
      description: 'Weight of robustness relative to accuracy on clean images.',
      schema: { type: 'number', minimum: 0 },
      quick: { value: 6, text: '6', source: `${source}, section 5: 1/λ = 6` },
    },
    steps: stepsParameter(10, `${source}, section 5.3, on CIFAR-10`),
    stepSize: stepSizeParameter(
      0.25,
      `${source}, section 5.3, on CIFAR-10: 0.007 for an epsilon of 0.031, a little less`,
    ),
  },
  async objective({ epsilon, beta, steps, stepSize }) {
    const tf = await import('@tensorflow/tfjs-core');
    const { ascendCrossEntropy, atNoisyImage } = await import('./innerAttack.ts');
    const { crossEntropy, divergence } = await import('./losses.ts');
    return {
      craft: (trainee, { images }, random) =>
        tf.tidy(() =>
          ascendCrossEntropy(trainee, images, tf.softmax(trainee.predict(images)), {
            epsilon,
            stepSize: stepSize * epsilon,
            steps,
            start: atNoisyImage(0.001, random),
          }),
        ),
      loss: (trainee, { images, labels }, adversarial) => {
        const clean = trainee.logits(images);
        return tf.add(crossEntropy(clean, labels), tf.mul(divergence(clean, trainee.logits(adversarial)), beta));
      },
    };
  },
};
