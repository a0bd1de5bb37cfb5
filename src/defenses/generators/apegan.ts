import { amountSchema } from '../../parameters/amount.ts';
import type { Parameter } from '../../parameters/parameter.ts';
import type { GeneratorDefinition } from './generatorDefinition.ts';
import { generatorParametersOf } from './generatorParameters.ts';
import type { ApeganParameters } from './purifierGame.ts';

const source = 'Shen et al. 2017, arXiv:1707.05474';

const weight = (description: string, value: number): Parameter<number> => ({
  description,
  schema: { type: 'number', minimum: 0 },
  quick: { value, text: String(value), source },
});

/**
 * A network before the model that undoes perturbations: x + G(x), trained to bring adversarial images back to the clean ones
 * that they were made of, against a critic that tells the two apart (Shen et al. 2017, equations 4 to 6). It falls to
 * attackers who follow the gradient through it (Carlini & Wagner 2017, arXiv:1711.08478).
 */
export const apegan: GeneratorDefinition<ApeganParameters> = {
  id: 'ape-gan',
  title: 'APE-GAN',
  description:
    'Learns to remove perturbations from images before the model sees them. A test names it as its `purifier`, and attacks both together. An attacker who knows of it breaks it (Carlini & Wagner 2017, arXiv:1711.08478).',
  source,
  makes: 'purified',
  parameters: {
    epsilon: {
      description: 'Largest change of a pixel value (linf) in the examples that it learns from, which FGSM makes.',
      schema: amountSchema,
      quick: { value: 0.3, text: '0.3', source: `${source}, on MNIST` },
    },
    ...generatorParametersOf(
      { epochs: 6, batchSize: 64, learningRate: 0.001, schedule: 'constant' },
      'our choice, for thousands of images',
      { epochs: 2, learningRate: 0.0002 },
      `${source}; β₁ is 0.5`,
    ),
    distanceWeight: weight('Weight of the mean square distance to the clean image.', 0.7),
    criticWeight: weight('Weight of convincing the critic.', 0.3),
  },
  async begin(context, parameters) {
    const { PurifierGame } = await import('./purifierGame.ts');
    return new PurifierGame(context, parameters);
  },
};
