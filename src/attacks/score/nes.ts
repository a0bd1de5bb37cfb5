import { normalVector } from '../../geometry/randomVector.ts';
import { amountSchema } from '../../parameters/amount.ts';
import { estimatedGradients } from './estimatedGradient.ts';

const paper = 'Ilyas et al. 2018, arXiv:1804.08598';

/**
 * Natural evolution strategies: gradients from scores at normally distributed points around each, in pairs on opposite
 * sides (Ilyas et al. 2018, arXiv:1804.08598, section 2.1.1).
 */
export const nes = estimatedGradients({
  id: 'nes',
  title: 'NES',
  description:
    'A white-box attack whose gradients are estimated from scores by natural evolution strategies: at normally distributed points around each.',
  source: paper,
  samples: {
    description: 'Number of directions for each gradient, each of which takes two queries.',
    schema: { type: 'integer', minimum: 1 },
    quick: { value: 25, text: '25', source: `${paper}, section 4: 50 queries in pairs` },
  },
  radius: {
    description: 'How far the points are from the one whose gradient is estimated: the deviation of each value (σ).',
    schema: amountSchema,
    quick: { value: 0.001, text: '0.001', source: `${paper}, section 4` },
  },
  direction: (size, random) => normalVector(size, random),
});
