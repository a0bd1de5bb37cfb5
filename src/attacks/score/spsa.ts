import { signVector } from '../../geometry/randomVector.ts';
import { amountSchema } from '../../parameters/amount.ts';
import { estimatedGradients } from './estimatedGradient.ts';

const paper = 'Uesato et al. 2018, arXiv:1802.05666';

/**
 * Simultaneous perturbation stochastic approximation: gradients from scores at points all of whose values are moved by the
 * same amount, up or down at random, in pairs on opposite sides (Uesato et al. 2018, arXiv:1802.05666, algorithm 1).
 */
export const spsa = estimatedGradients({
  id: 'spsa',
  title: 'SPSA',
  description:
    'A white-box attack whose gradients are estimated from scores by simultaneous perturbation: all values move by the same amount, up or down.',
  source: paper,
  samples: {
    description: 'Number of directions for each gradient, each of which takes two queries.',
    schema: { type: 'integer', minimum: 1 },
    quick: { value: 25, text: '25', source: 'as many as NES takes' },
    paper: { value: 128, text: '128', source: 'the default of CleverHans, by one of the authors' },
  },
  radius: {
    description: 'How far each value moves (δ).',
    schema: amountSchema,
    quick: { value: 0.01, text: '0.01', source: paper },
  },
  direction: (size, random) => signVector(size, random),
});
