import { addScaled, subtract } from '../../geometry/vector.ts';
import type { Method } from './method.ts';
import { neighborOf } from './neighbor.ts';
import { asItIs, meanGradient } from './view.ts';

/** How far neighbors may be in each value, in epsilons (β of Wang & He 2021, section 4.1). */
const reach = 1.5;

/**
 * The gradient, plus what the gradients around the point before differ from the gradient there: g(xₜ) + v(xₜ₋₁), where
 * v(x) = mean g(x + r) − g(x), each value of r being uniform in ±βε (Wang & He 2021, arXiv:2103.15571, equations 5 to 7).
 */
export const varianceTuning: Method = {
  title: 'VMI',
  description: 'variance tuning, with gradients at random neighbors',
  source: 'Wang & He 2021, arXiv:2103.15571',
  copies: 20,
  cost: (copies) => copies + 1,
  begin({ goal, budget, random, copies }) {
    let variance: Float64Array | undefined;
    return function* (x) {
      const gradient = yield* meanGradient([asItIs(x)], goal.loss);
      const neighbors = Array.from({ length: copies }, () => asItIs(neighborOf(x, reach, budget, random)));
      const direction = variance ? addScaled(gradient, variance, 1) : gradient;
      variance = subtract(yield* meanGradient(neighbors, goal.loss), gradient);
      return direction;
    };
  },
};
