import { amountSchema } from '../../parameters/amount.ts';
import type { Asking, SurrogateDefinition, SurrogateParameters } from './surrogateDefinition.ts';
import { surrogateParameters } from './surrogateParameters.ts';

type Parameters = SurrogateParameters & Asking;

const papernot = 'Papernot et al. 2017, arXiv:1602.02697';

/**
 * A surrogate that learns what the model answers, about images and about where they are moved to, round after round:
 * S ← S ∪ {x + λ · sign(J[O(x)](x)) : x ∈ S}, where J[O(x)] is the surrogate's gradient of the class that the model O
 * predicts (Papernot et al. 2017, arXiv:1602.02697, algorithm 1).
 */
export const answers: SurrogateDefinition<Parameters> = {
  id: 'answers',
  title: 'Trained on the model’s answers',
  description:
    'Asks the model for the labels of the images, and of images moved to where its answers change soonest, and learns these labels.',
  source: papernot,
  parameters: {
    ...surrogateParameters,
    rounds: {
      description: 'Number of times the images are augmented. Each doubles their number.',
      schema: { type: 'integer', minimum: 0 },
      quick: { value: 3, text: '3', source: 'our choice: as many as a small dataset takes' },
      paper: { value: 6, text: '6', source: `${papernot}, section 5.1` },
    },
    reach: {
      description: 'How far each value of an image is moved (λ), in units of the pixel range [0, 1].',
      schema: amountSchema,
      quick: { value: 0.1, text: '0.1', source: `${papernot}, section 5.1` },
    },
    queries: {
      description: 'Maximum number of questions to the model.',
      schema: { type: 'integer', minimum: 1 },
      quick: { value: 6400, text: '6400', source: `${papernot}, section 5: 6,400 queries of their first victim` },
    },
  },
  asking: ({ rounds, reach, queries }) => ({ rounds, reach, queries }),
};
