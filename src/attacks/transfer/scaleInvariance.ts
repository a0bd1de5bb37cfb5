import type { Method } from './method.ts';
import { divided, meanGradient } from './view.ts';

/** The mean of the gradients at the image divided by 1, 2, 4, … (Lin et al. 2020, arXiv:1908.06281, equation 9). */
export const scaleInvariance: Method = {
  title: 'SI',
  description: 'scale invariance, the image divided by 1, 2, 4, …',
  source: 'Lin et al. 2020, arXiv:1908.06281',
  copies: 5,
  cost: (copies) => copies,
  begin:
    ({ goal, copies }) =>
    (x) =>
      meanGradient(
        Array.from({ length: copies }, (_, i) => divided(2 ** i)(x)),
        goal.loss,
      ),
};
