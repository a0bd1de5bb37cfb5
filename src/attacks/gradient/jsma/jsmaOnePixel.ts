import type { AttackDefinition } from '../../attackDefinition.ts';
import { followSaliency, type SaliencyParameters, saliencyParameters, stepsWithin } from './jsma.ts';
import { bestFeature } from './saliency.ts';

/**
 * The saliency map attack with one value of the image a step instead of two: the one that maximizes
 * ∂F_t/∂xᵢ · |Σ_{j≠t} ∂F_j/∂xᵢ| where the target's logit rises and the sum of the others falls (Papernot et al. 2016,
 * arXiv:1511.07528, equation 8).
 */
export const jsmaOnePixel: AttackDefinition<SaliencyParameters, 'l0'> = {
  id: 'jsma-one-pixel',
  title: 'JSMA, one pixel',
  kind: 'attack',
  description: 'Saliency map attack that moves a single value of the image in each step: the most telling one.',
  source: 'Papernot et al. 2016, arXiv:1511.07528, equation 8; untargeted as in Wiyatno & Xu 2018, arXiv:1808.07945',
  threatModel: 'white-box',
  norms: ['l0'],
  goals: ['untargeted', 'targeted'],
  fixedBudget: false,
  parameters: saliencyParameters,
  cost: ({ gamma }, { input }) => stepsWithin(gamma, input.height * input.width * input.channels, 1) + 2,
  run: (attempt) => followSaliency(attempt, bestFeature, 1),
};
