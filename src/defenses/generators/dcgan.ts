import type { Parameter } from '../../parameters/parameter.ts';
import type { GeneratorDefinition } from './generatorDefinition.ts';
import { generatorParametersOf } from './generatorParameters.ts';
import type { DcganParameters } from './samplingGame.ts';

const source = 'Radford, Metz & Chintala 2016, arXiv:1511.06434';

const defenseGan = 'Samangouei et al. 2018, arXiv:1805.06605';

const latent: Parameter<number> = {
  description: 'Number of random numbers that a sample is drawn from.',
  schema: { type: 'integer', minimum: 1, maximum: 1000 },
  quick: { value: 32, text: '32', source: 'our choice for small images' },
  paper: { value: 100, text: '100', source },
};

/**
 * A network that draws images of a class from random numbers, trained against a critic that tells them from real ones
 * (Goodfellow et al. 2014, arXiv:1406.2661, with −log D for the generator; layers as in DCGAN). Both are told the class: it by
 * further inputs (Mirza & Osindero 2014, arXiv:1411.1784), the critic by projection (Miyato & Koyama 2018, arXiv:1802.05637).
 */
export const dcgan: GeneratorDefinition<DcganParameters> = {
  id: 'dcgan',
  title: 'DCGAN',
  description:
    'Learns to draw images of each class of the dataset from random numbers. The model, which learns nothing of it, says how many of them it recognizes. As the `purifier` of a test it is a small Defense-GAN (Samangouei et al. 2018, arXiv:1805.06605): the model sees the nearest sample in place of each image, which falls to an attacker who takes that for the identity (Athalye, Carlini & Wagner 2018, arXiv:1802.00420: accuracy falls to 55% at a mean square l2 of 0.005).',
  source,
  makes: 'samples',
  parameters: {
    ...generatorParametersOf(
      { epochs: 10, batchSize: 64, learningRate: 0.0005, schedule: 'constant' },
      'our choice, for thousands of images',
      { batchSize: 128, learningRate: 0.0002 },
      `${source}, section 4; β₁ is 0.5`,
    ),
    latent,
    projectionSteps: {
      description:
        'As a purifier: steps from each start, one start a class, to the sample that is nearest to an image.',
      schema: { type: 'integer', minimum: 1 },
      quick: { value: 50, text: '50', source: 'our choice for small images' },
      paper: { value: 200, text: '200', source: defenseGan },
    },
    projectionRate: {
      description: 'As a purifier: learning rate of these steps, which Adam takes.',
      schema: { type: 'number', exclusiveMinimum: 0 },
      quick: { value: 0.1, text: '0.1', source: 'our choice' },
    },
  },
  async begin(context, parameters) {
    const { SamplingGame } = await import('./samplingGame.ts');
    return new SamplingGame(context, parameters);
  },
};
