import { amountSchema } from '../../parameters/amount.ts';
import type { Parameter } from '../../parameters/parameter.ts';
import type { AdvganParameters } from './attackGame.ts';
import type { GeneratorDefinition } from './generatorDefinition.ts';
import { generatorParametersOf } from './generatorParameters.ts';

const source = 'Xiao et al. 2018, arXiv:1801.02610';
const code = `${source}, the authors’ code on MNIST`;

const weight = (description: string, value: number): Parameter<number> => ({
  description,
  schema: { type: 'number', minimum: 0 },
  quick: { value, text: String(value), source: code },
});

/**
 * A network that makes an adversarial example of any image in one pass: x + G(x), where G is trained against a critic that
 * tells x + G(x) from x, and against the classifier, with L = L_GAN + λ_adv L_adv + λ_pert L_hinge (Xiao et al. 2018,
 * equation 4, weights as in the authors' code; least squares for L_GAN).
 */
export const advgan: GeneratorDefinition<AdvganParameters> = {
  id: 'advgan',
  title: 'AdvGAN',
  description:
    'Learns to make an adversarial example of any image in one pass, for tests with the attack `advgan`. With a surrogate, the model is never asked for gradients.',
  source,
  makes: 'adversarial',
  parameters: {
    epsilon: {
      description:
        'Largest change of a pixel value (linf) that the generator makes, in units of the pixel range [0, 1].',
      schema: amountSchema,
      quick: { value: 0.3, text: '0.3', source: `${source}, section 4, on MNIST; 8/255 there on CIFAR-10` },
    },
    ...generatorParametersOf(
      { epochs: 20, batchSize: 32, learningRate: 0.001, schedule: 'piecewise' },
      `our choice of epochs and batches, for thousands of images; the rest from ${code}`,
      { epochs: 60, batchSize: 128 },
      code,
    ),
    adversarialWeight: weight('Weight λ_adv of fooling the model.', 10),
    perturbationWeight: weight('Weight λ_pert of the length of the perturbation.', 1),
    hinge: weight('Length of a perturbation in l2 that costs nothing.', 0.1),
  },
  async begin(context, parameters) {
    const { AttackGame } = await import('./attackGame.ts');
    return new AttackGame(context, parameters);
  },
};
