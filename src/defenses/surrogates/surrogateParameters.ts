import type { ParametersOf } from '../../parameters/parameter.ts';
import { commonParameters } from '../training/commonParameters.ts';
import type { SurrogateParameters } from './surrogateDefinition.ts';

const { batchSize, optimizer, learningRate, schedule } =
  commonParameters as unknown as ParametersOf<SurrogateParameters>;

/** The parameters of every training of a surrogate. */
export const surrogateParameters: ParametersOf<SurrogateParameters> = {
  epochs: {
    description: 'Number of passes through the images; with several rounds, in each of them.',
    schema: { type: 'integer', minimum: 1 },
    quick: {
      value: 20,
      text: '20',
      source: 'our choice: Papernot et al. 2017, arXiv:1602.02697, use 10 on small images',
    },
  },
  batchSize,
  optimizer,
  learningRate,
  schedule,
};
