import { type CommonParameters, commonParameters } from './commonParameters.ts';
import type { DefenseDefinition } from './defenseDefinition.ts';

interface Parameters extends CommonParameters {
  readonly alpha: number;
}

const source = 'Goodfellow, Shlens & Szegedy 2015, arXiv:1412.6572, section 6';

/** Minimizes α J(θ, x, y) + (1 − α) J(θ, x + ε sign(∇ₓ J(θ, x, y)), y) (Goodfellow, Shlens & Szegedy 2015, section 6). */
export const goodfellow: DefenseDefinition<Parameters> = {
  id: 'goodfellow',
  title: 'Adversarial training with FGSM (Goodfellow)',
  description: 'Trains on each image and on the image after one gradient step, equally weighted by default.',
  source,
  limits:
    'A model trained on single steps may withstand only those: attacks with several steps, and larger perturbations or other norms, can get through.',
  parameters: {
    ...commonParameters,
    epsilon: {
      ...commonParameters.epsilon,
      paper: {
        value: 0.25,
        text: '0.25',
        source: 'Goodfellow, Shlens & Szegedy 2015, arXiv:1412.6572, section 4, on MNIST',
      },
    },
    alpha: {
      description: 'Weight of the clean images in the loss; the adversarial ones get the rest.',
      schema: { type: 'number', minimum: 0, maximum: 1 },
      quick: { value: 0.5, text: '0.5', source },
    },
  },
  async objective({ alpha, epsilon }) {
    const tf = await import('@tensorflow/tfjs-core');
    const { ascendCrossEntropy, atTheImage } = await import('./innerAttack.ts');
    const { crossEntropy } = await import('./losses.ts');
    return {
      craft: (trainee, { images, labels }) =>
        ascendCrossEntropy(trainee, images, labels, { epsilon, stepSize: epsilon, steps: 1, start: atTheImage }),
      loss: (trainee, { images, labels }, adversarial) =>
        tf.add(
          tf.mul(crossEntropy(trainee.logits(images), labels), alpha),
          tf.mul(crossEntropy(trainee.logits(adversarial), labels), 1 - alpha),
        ),
    };
  },
};
